import { randomPairCode, readPairCode } from '@vue-sync/vue/protocol'

export interface PairingOptions {
  /** Milliseconds; only their differences count. @default performance.now */
  now?: () => number
  /** Draws a code. @default randomPairCode */
  random?: () => string
  /** Tells other nodes of a code, and again each minute: for how many milliseconds. @default nobody */
  share?: ((code: string, session: string, milliseconds: number) => void) | undefined
}

/** A code is shown so long; who is typing it then has as long again. */
export const CODE_SHOWN_MS = 10 * 60_000
const CODE_GOOD_MS = 2 * CODE_SHOWN_MS
/** Whoever keeps it may have lost it. */
const SHARE_EVERY_MS = 60_000
/** Far more sessions than hosts; what is over it is the oldest. */
const MOST_CODES = 2000

/** Short codes that stand for a session, each for some minutes. */
export class Pairing {
  readonly #now: () => number
  readonly #random: () => string
  readonly #share: PairingOptions['share']
  /** Oldest first. */
  readonly #codes = new Map<string, { session: string; since: number; shared: number }>()
  readonly #shown = new Map<string, string>()

  constructor({
    now = () => performance.now(),
    random = randomPairCode,
    share,
  }: PairingOptions = {}) {
    this.#now = now
    this.#random = random
    this.#share = share
  }

  /** The code to show for a session. */
  codeOf(session: string): string {
    this.#forgetOld()
    const shown = this.#shown.get(session)
    const entry = shown === undefined ? undefined : this.#codes.get(shown)
    const now = this.#now()
    if (shown !== undefined && entry && now - entry.since < CODE_SHOWN_MS) {
      if (now - entry.shared >= SHARE_EVERY_MS) {
        entry.shared = now
        this.#share?.(shown, session, CODE_GOOD_MS - (now - entry.since))
      }
      return shown
    }
    const code = this.#draw()
    this.#codes.set(code, { session, since: now, shared: now })
    this.#shown.set(session, code)
    this.#share?.(code, session, CODE_GOOD_MS)
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
