import { formatLink, isSessionName, readPairCode } from '@vue-sync/vue/protocol'
import type { ErrorCode } from '@vue-sync/vue/viewer'
import { isScannedLink, withOwnScheme } from '../session/session-link.ts'

/** Why an input (typed, pasted, photographed or scanned) cannot be opened; the message is shown to the user. */
export class PairingProblem extends Error {}

const TOO_MANY = 'Too many wrong codes. Wait a minute, then type the one that the host shows now.'
const UNKNOWN = 'That code is not valid, or no longer. Type the one that the host shows now.'
const NO_RELAY = 'The relay does not answer. Is this phone on the same Wi-Fi as the host?'
const NO_LINK =
  'That is not a link from a host. It looks like http://192.168.1.20:9876/#k=… – a short code has six letters and digits.'

const OTHER_PATH =
  'No session can be at the path of this address. Use the host’s link, or leave out everything after host name and port.'

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
    throw new PairingProblem(NO_RELAY)
  }
  if (response.status === 429) throw new PairingProblem(TOO_MANY)
  const answer: unknown = await response.json().catch(() => undefined)
  const { session, key } = (answer ?? {}) as { session?: unknown; key?: unknown }
  if (!response.ok || typeof session !== 'string' || !isSessionName(session))
    throw new PairingProblem(response.status === 404 ? UNKNOWN : NO_RELAY)
  return formatLink({ origin, session, ...(typeof key === 'string' && { key }) })
}

/**
 * Returns the link for a text that the user typed or pasted: a link, an address, or a short code.
 *
 * @param origin of this page
 * @throws PairingProblem with a message for the user
 */
export async function linkFrom(typed: string, origin: string): Promise<string> {
  if (typed.trim() === '')
    throw new PairingProblem('Type the short code that the host shows, or paste its link.')
  const code = readPairCode(typed)
  return code ? redeem(code, origin) : withOwnScheme(typed.trim(), origin)
}

/** @throws PairingProblem if the QR code is not a viewer link */
export function linkFromCode(text: string): string {
  if (!isScannedLink(text))
    throw new PairingProblem('That is another code. Use the square one on the host’s screen.')
  return text.trim()
}

/** @param code of the error that the link caused */
export function noLink(code: ErrorCode): PairingProblem {
  return new PairingProblem(code === 'VS121' ? OTHER_PATH : NO_LINK)
}
