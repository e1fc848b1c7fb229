import { randomPairCode, readPairCode } from '@vue-sync/vue/protocol'

export interface PairingOptions {
  /** A clock in milliseconds; only differences matter. @default performance.now */
  now?: () => number
  /** Returns a random code. @default randomPairCode */
  random?: () => string
  /**
   * Makes a code known to other nodes for a number of milliseconds. Called for each new code, and once per minute
   * while the code is shown. @default none
   */
  share?: ((code: string, session: string, milliseconds: number) => void) | undefined
}

/** Short codes that a person types instead of scanning; each stands for a session for some minutes. */
export interface Pairing {
  /** The code to show for a session. */
  codeOf: (session: string) => string
  /** The session of a typed code; `undefined` if the code is wrong or has expired. */
  find: (typed: string) => string | undefined
}

/** A code is shown for this time. It stays valid for as long again, for a person who is typing it. */
export const CODE_SHOWN_MS = 10 * 60_000
const CODE_VALID_MS = 2 * CODE_SHOWN_MS
/** Codes are shared again after this time, because the other side may have lost them. */
const SHARE_EVERY_MS = 60_000
/** Far above the number of sessions with a host. Beyond it, the oldest codes are dropped. */
const MAX_CODES = 2000

export function createPairing(options: PairingOptions = {}): Pairing {
  const { now = () => performance.now(), random = randomPairCode, share } = options
  /** Oldest first. */
  const codes = new Map<string, { session: string; since: number; shared: number }>()
  /** The current code of each session. */
  const shown = new Map<string, string>()

  function drawUnused(): string {
    for (;;) {
      const code = random()
      if (!codes.has(code)) return code
    }
  }

  function dropOld(): void {
    for (const [code, { session, since }] of codes) {
      const isValid = now() - since < CODE_VALID_MS
      if (isValid && codes.size < MAX_CODES) break
      codes.delete(code)
      if (shown.get(session) === code) shown.delete(session)
    }
  }

  return {
    codeOf(session) {
      dropOld()
      const current = shown.get(session)
      const entry = current === undefined ? undefined : codes.get(current)
      const time = now()
      if (current !== undefined && entry && time - entry.since < CODE_SHOWN_MS) {
        if (time - entry.shared >= SHARE_EVERY_MS) {
          entry.shared = time
          share?.(current, session, CODE_VALID_MS - (time - entry.since))
        }
        return current
      }
      const code = drawUnused()
      codes.set(code, { session, since: time, shared: time })
      shown.set(session, code)
      share?.(code, session, CODE_VALID_MS)
      return code
    },
    find(typed) {
      dropOld()
      const code = readPairCode(typed)
      return code === undefined ? undefined : codes.get(code)?.session
    },
  }
}
