import { randomId, randomPairCode, readPairCode } from '@vue-sync/vue/protocol'
import type { PairingCode } from '../core/shared/backplane.ts'

export interface PairingOptions {
  /** A clock in milliseconds; only differences matter. @default performance.now */
  now?: () => number
  /** Returns a random code. @default randomPairCode */
  random?: () => string
  /** The fence of a session, see `Relay`. @default always the same */
  fence?: (session: string) => string
  /**
   * Makes a code known to other nodes for a number of milliseconds. Called for each new code, and once per minute
   * while the code is shown. @default none
   */
  share?: ((code: string, stored: PairingCode, milliseconds: number) => void) | undefined
}

/** Short codes that a person types instead of scanning; each stands for a session for some minutes. */
export interface Pairing {
  /** The code to show for a session. Another one than before, once the session's fence has changed. */
  codeOf: (session: string) => string
  /** How many milliseconds the code of a session is still shown; 0 without one. It ends earlier with its fence. */
  shownFor: (session: string) => number
  /** Replaces the code of a session. The one before is not valid any more. */
  renew: (session: string) => string
  /** What a typed code stands for; `undefined` if the code is wrong or has expired. */
  find: (typed: string) => PairingCode | undefined
}

/** A code is shown for this time. It stays valid for as long again, for a person who is typing it. */
export const CODE_SHOWN_MS = 10 * 60_000
const CODE_VALID_MS = 2 * CODE_SHOWN_MS
/**
 * How long a viewer that typed a code may watch. A code can be guessed or overheard more easily than a link, so what
 * it gives ends by itself. It also bounds the tokens of a session: a code every ten minutes makes 145 at a time.
 */
export const CODE_TOKEN_MS = 24 * 60 * 60_000
/** Codes are shared again after this time, because the other side may have lost them. */
const SHARE_EVERY_MS = 60_000
/** The shortest time for which other nodes can be told to keep a code. */
const WITHDRAWN_MS = 1
/** Far above the number of sessions with a host. Beyond it, the oldest codes are dropped. */
const MAX_CODES = 2000

interface Code extends PairingCode {
  since: number
  shared: number
}

/** Such as `code, 14:02`, in the time zone of this machine. */
function labelAt(time: Date): string {
  return `code, ${time.toTimeString().slice(0, 5)}`
}

export function createPairing(options: PairingOptions = {}): Pairing {
  const { now = () => performance.now(), random = randomPairCode, fence = () => '' } = options
  const share = (code: string, { session, token, fence: made, since }: Code): void =>
    options.share?.(code, { session, token, fence: made }, CODE_VALID_MS - (now() - since))
  /** Oldest first. */
  const codes = new Map<string, Code>()
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

  function codeOf(session: string): string {
    dropOld()
    const current = shown.get(session)
    const entry = current === undefined ? undefined : codes.get(current)
    const time = now()
    const made = fence(session)
    const isShown = entry && time - entry.since < CODE_SHOWN_MS && entry.fence === made
    if (current !== undefined && isShown) {
      if (time - entry.shared >= SHARE_EVERY_MS) {
        entry.shared = time
        share(current, entry)
      }
      return current
    }
    const code = drawUnused()
    const clock = new Date()
    const token = {
      id: randomId(),
      label: labelAt(clock),
      expires: clock.getTime() + CODE_TOKEN_MS,
    }
    const added = { session, token, fence: made, since: time, shared: time }
    codes.set(code, added)
    shown.set(session, code)
    share(code, added)
    return code
  }

  return {
    codeOf,
    shownFor(session) {
      const code = shown.get(session)
      const entry = code === undefined ? undefined : codes.get(code)
      return entry ? Math.max(0, CODE_SHOWN_MS - (now() - entry.since)) : 0
    },
    renew(session) {
      const code = shown.get(session)
      const entry = code === undefined ? undefined : codes.get(code)
      if (code !== undefined && entry) {
        codes.delete(code)
        const { token, fence: made } = entry
        options.share?.(code, { session, token, fence: made }, WITHDRAWN_MS)
      }
      shown.delete(session)
      return codeOf(session)
    },
    find(typed) {
      dropOld()
      const code = readPairCode(typed)
      return code === undefined ? undefined : codes.get(code)
    },
  }
}
