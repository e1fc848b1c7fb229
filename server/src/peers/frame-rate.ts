/** Counts what each client sends. */
export interface FrameRate<Client> {
  /** Counts a frame. Returns whether this client sent more than it may in this period. */
  isExceeded: (client: Client) => boolean
}

export interface FrameRateOptions {
  /** Frames that a client may send in a period. */
  most: number
  /** In milliseconds. */
  period: number
  /** A clock in milliseconds; only differences matter. @default performance.now */
  now?: () => number
}

export function createFrameRate<Client>(options: FrameRateOptions): FrameRate<Client> {
  const { most, period, now = () => performance.now() } = options
  let counts = new Map<Client, number>()
  let since = Number.NEGATIVE_INFINITY
  return {
    isExceeded(client) {
      if (now() - since >= period) {
        since = now()
        counts = new Map()
      }
      const count = (counts.get(client) ?? 0) + 1
      counts.set(client, count)
      return count > most
    },
  }
}
