import { formatLink, isSessionName, readPairCode } from '@vue-sync/vue/protocol'
import type { ErrorCode } from '@vue-sync/vue/viewer'
import { isScannedLink, withOwnScheme } from '../session/session-link.ts'

/** Why an input (typed, pasted, photographed or scanned) cannot be opened. Each has a text in the catalogue. */
export type PairingReason =
  | 'empty'
  | 'wrongCode'
  | 'tooManyCodes'
  | 'noRelay'
  | 'noLink'
  | 'otherPath'
  | 'otherCode'
  | 'noReader'
  | 'badPhoto'
  | 'noCodeInPhoto'

export class PairingProblem extends Error {
  readonly reason: PairingReason
  constructor(reason: PairingReason) {
    super(reason)
    this.reason = reason
  }
}

/** Asks the relay that served this page for the session of a short code. */
async function redeem(code: string, origin: string): Promise<string> {
  let response: Response
  try {
    response = await fetch(new URL('/pair', origin), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
      cache: 'no-store',
    })
  } catch {
    throw new PairingProblem('noRelay')
  }
  if (response.status === 429) throw new PairingProblem('tooManyCodes')
  const answer: unknown = await response.json().catch(() => undefined)
  const { session, key } = (answer ?? {}) as { session?: unknown; key?: unknown }
  if (!response.ok || typeof session !== 'string' || !isSessionName(session))
    throw new PairingProblem(response.status === 404 ? 'wrongCode' : 'noRelay')
  return formatLink({ origin, session, ...(typeof key === 'string' && { key }) })
}

/**
 * Returns the link for a text that the user typed or pasted: a link, an address, or a short code.
 *
 * @param origin of this page
 * @throws PairingProblem
 */
export async function linkFrom(typed: string, origin: string): Promise<string> {
  if (typed.trim() === '') throw new PairingProblem('empty')
  const code = readPairCode(typed)
  return code ? redeem(code, origin) : withOwnScheme(typed.trim(), origin)
}

/** @throws PairingProblem if the QR code is not a viewer link */
export function linkFromCode(text: string): string {
  if (!isScannedLink(text)) throw new PairingProblem('otherCode')
  return text.trim()
}

/** @param code of the error that the link caused */
export function noLink(code: ErrorCode): PairingProblem {
  return new PairingProblem(code === 'VS121' ? 'otherPath' : 'noLink')
}
