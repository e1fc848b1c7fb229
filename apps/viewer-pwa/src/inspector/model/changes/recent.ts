import type { Change } from './changes.ts'

/** The parts that have changed recently. */
export interface Recent {
  add: (changes: readonly Change[], now: number) => void
  /** The keys of parts that changed since `time`, in milliseconds since 1970. */
  since: (time: number) => Set<string>
}

export interface RecentOptions {
  /** How long changes are remembered, in milliseconds. @default 60000 */
  span?: number
  /** How many are remembered at most, the newest. @default 5000 */
  limit?: number
}

export function createRecent({ span = 60_000, limit = 5000 }: RecentOptions = {}): Recent {
  /** The time of each key's last change, the oldest first. */
  const times = new Map<string, number>()
  return {
    add(changes, now) {
      for (const { key, type } of changes) {
        times.delete(key)
        if (type !== 'removed') times.set(key, now)
      }
      for (const [key, time] of times) {
        if (times.size <= limit && now - time <= span) break
        times.delete(key)
      }
    },
    since(time) {
      const keys = new Set<string>()
      for (const [key, at] of times) if (at >= time) keys.add(key)
      return keys
    },
  }
}
