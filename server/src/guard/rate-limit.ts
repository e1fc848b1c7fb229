export interface RateLimitOptions {
  /** Failures allowed to one client within the window. */
  perClient: number
  /** Failures allowed to all clients together. It also bounds the memory used. */
  overall: number
  /** In milliseconds. */
  window: number
  /** A clock in milliseconds; only differences matter. @default performance.now */
  now?: () => number
}

export const RATE_DEFAULTS = {
  perClient: 10,
  overall: 100,
  window: 60_000,
} satisfies RateLimitOptions

/** Limits how often clients may guess a key or a code. */
export interface RateLimit {
  recordFailure: (address: string) => void
  /** Milliseconds until this client may try again; 0 when it may try now. */
  waitTime: (address: string) => number
}

/** The client of an address. A client with one IPv6 address has the whole /64 network. */
export function clientOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail = ''] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail.split(':').filter(Boolean)
  const zeros = address.includes('::') ? 8 - left.length - right.length : 0
  return [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right].slice(0, 4).join(':')
}

export function createRateLimit(options: RateLimitOptions = RATE_DEFAULTS): RateLimit {
  const { perClient, overall, window, now = () => performance.now() } = options
  /** Oldest first; at most `overall` of them, since no failure is recorded while clients must wait. */
  let failures: { client: string; at: number }[] = []

  return {
    recordFailure(address) {
      failures.push({ client: clientOf(address), at: now() })
    },
    waitTime(address) {
      const since = now() - window
      failures = failures.filter(({ at }) => at > since)
      const client = clientOf(address)
      const own = failures.filter((failure) => failure.client === client)
      const blocking = [own.at(-perClient), failures.at(-overall)]
      return Math.max(0, ...blocking.map((failure) => (failure ? failure.at - since : 0)))
    },
  }
}
