export interface WindowCountsOptions {
  /** A clock in milliseconds; only differences matter. @default performance.now */
  now?: () => number
  /** Keys that are counted at once. Beyond it the oldest is dropped, so that keys cannot fill the memory. @default 100000 */
  capacity?: number
}

/** Counts by key. The count of a key begins again when its window has ended. */
export interface WindowCounts {
  /**
   * Adds to a count, which is never below 0, and returns it.
   *
   * @param window milliseconds from the first change of the count until it begins again
   */
  add: (key: string, by: number, window: number) => number
  /** Milliseconds until the count of a key begins again; 0 for a key without one. */
  timeLeft: (key: string) => number
}

const CAPACITY = 100_000

export function createWindowCounts(options: WindowCountsOptions = {}): WindowCounts {
  const { now = () => performance.now(), capacity = CAPACITY } = options
  /** The oldest first. */
  const counts = new Map<string, { count: number; until: number }>()

  function find(key: string): { count: number; until: number } | undefined {
    const found = counts.get(key)
    if (!found || found.until > now()) return found
    counts.delete(key)
    return undefined
  }

  /** Keys with windows of one length end in the order in which they began. */
  function dropOld(): void {
    const time = now()
    for (const [key, { until }] of counts) {
      if (until > time && counts.size < capacity) return
      counts.delete(key)
    }
  }

  return {
    add(key, by, window) {
      const found = find(key)
      if (found) {
        found.count += by
        if (found.count <= 0) counts.delete(key)
        return Math.max(0, found.count)
      }
      if (by <= 0) return 0
      dropOld()
      counts.set(key, { count: by, until: now() + window })
      return by
    },
    timeLeft(key) {
      const found = find(key)
      return found ? found.until - now() : 0
    },
  }
}
