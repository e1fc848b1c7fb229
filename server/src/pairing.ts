import { randomPairCode, readPairCode } from 'vue-sync/protocol'

export interface PairingOptions {
  /** Milliseconds; only their differences count. @default performance.now */
  now?: () => number
  /** Draws a code. @default randomPairCode */
  random?: () => string
}

/** A code is shown so long; who is typing it then has as long again. */
export const CODE_SHOWN_MS = 10 * 60_000
const CODE_GOOD_MS = 2 * CODE_SHOWN_MS
/** Far more sessions than hosts; what is over it is the oldest. */
const MOST_CODES = 2000

/** Short codes that stand for a session, each for some minutes. */
export class Pairing {
  readonly #now: () => number
  readonly #random: () => string
  /** Oldest first. */
  readonly #codes = new Map<string, { session: string; since: number }>()
  readonly #shown = new Map<string, string>()

  constructor({ now = () => performance.now(), random = randomPairCode }: PairingOptions = {}) {
    this.#now = now
    this.#random = random
  }

  /** The code to show for a session. */
  codeOf(session: string): string {
    this.#forgetOld()
    const shown = this.#shown.get(session)
    const entry = shown === undefined ? undefined : this.#codes.get(shown)
    if (shown !== undefined && entry && this.#now() - entry.since < CODE_SHOWN_MS) return shown
    const code = this.#draw()
    this.#codes.set(code, { session, since: this.#now() })
    this.#shown.set(session, code)
    return code
  }

  /** The session that a typed code stands for. */
  find(typed: string): string | undefined {
    this.#forgetOld()
    const code = readPairCode(typed)
    return code === undefined ? undefined : this.#codes.get(code)?.session
  }

  #draw(): string {
    for (;;) {
      const code = this.#random()
      if (!this.#codes.has(code)) return code
    }
  }

  #forgetOld(): void {
    for (const [code, { session, since }] of this.#codes) {
      const isGood = this.#now() - since < CODE_GOOD_MS
      if (isGood && this.#codes.size < MOST_CODES) break
      this.#codes.delete(code)
      if (this.#shown.get(session) === code) this.#shown.delete(session)
    }
  }
}
