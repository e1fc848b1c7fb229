export interface RateLimitOptions {
  /** Failures of one client within the window. */
  perClient: number
  /** Failures of all of them. Also bounds what is remembered. */
  overall: number
  /** In milliseconds. */
  window: number
  now: () => number
}

export const RATE_DEFAULTS = {
  perClient: 10,
  overall: 100,
  window: 60_000,
} satisfies Omit<RateLimitOptions, 'now'>

/** Who has one IPv6 address has its whole network of 64 bits. */
export function clientOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail = ''] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail.split(':').filter(Boolean)
  const zeros = address.includes('::') ? 8 - left.length - right.length : 0
  return [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right].slice(0, 4).join(':')
}

/** Counts failures; holds one number for each, and no more of them than the limit over all. */
export class RateLimit {
  readonly #options: RateLimitOptions
  /** Oldest first. */
  #failures: { client: string; at: number }[] = []

  constructor(options: RateLimitOptions) {
    this.#options = options
  }

  fail(address: string): void {
    this.#failures.push({ client: clientOf(address), at: this.#options.now() })
  }

  /** Milliseconds until this client may try again; 0 when it may now. */
  wait(address: string): number {
    const { perClient, overall, window, now } = this.#options
    const since = now() - window
    this.#failures = this.#failures.filter(({ at }) => at > since)
    const client = clientOf(address)
    const own = this.#failures.filter((failure) => failure.client === client)
    const blocking = [own.at(-perClient), this.#failures.at(-overall)]
    return Math.max(0, ...blocking.map((failure) => (failure ? failure.at - since : 0)))
  }
}
