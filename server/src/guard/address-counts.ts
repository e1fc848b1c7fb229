import { clientOf } from './rate-limit.ts'

const WINDOW_MS = 60_000
/** Addresses remembered in a window: more would be an attack on the memory itself. */
const MOST = 100_000

/** Who is here from where, and who came in this minute: two numbers for each client. */
export class AddressCounts {
  readonly #now: () => number
  readonly #present = new Map<string, number>()
  #arrivals = new Map<string, number>()
  #since = Number.NEGATIVE_INFINITY

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Counts one that comes; gives how many came in this minute. */
  arrived(address: string): number {
    if (this.#now() - this.#since >= WINDOW_MS || this.#arrivals.size >= MOST) {
      this.#since = this.#now()
      this.#arrivals = new Map()
    }
    const client = clientOf(address)
    const count = (this.#arrivals.get(client) ?? 0) + 1
    this.#arrivals.set(client, count)
    return count
  }

  present(address: string): number {
    return this.#present.get(clientOf(address)) ?? 0
  }

  entered(address: string): void {
    this.#present.set(clientOf(address), this.present(address) + 1)
  }

  left(address: string): void {
    const count = this.present(address) - 1
    if (count > 0) this.#present.set(clientOf(address), count)
    else this.#present.delete(clientOf(address))
  }
}
