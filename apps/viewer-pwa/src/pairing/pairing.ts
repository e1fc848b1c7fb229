import { formatLink, isSessionName, parseLink, readPairCode } from '@vue-sync/vue/protocol'
import type { ErrorCode } from '@vue-sync/vue/viewer'
import type { Page } from '../opened-at.ts'
import { fitToPage, hostOf, isScannedLink, pageOf } from '../session/session-link.ts'
import type { Texts } from '../texts/language.ts'
import { candidatesFor, CODE_LENGTH, isAddress, isWholeCode, readTypedCode } from './entry.ts'
import { dial, findRelay } from './find-relay.ts'

type PairingTexts = Texts['pairing']

/** What the first button beside a problem does. Without one, the user types or scans again. */
export type Remedy =
  | { kind: 'retry' }
  /** Types another address. The browser can also open `page`, if there is one. */
  | { kind: 'address'; page?: string }
  | { kind: 'code' }
  /** Opens the relay's own page, where its codes are valid. */
  | { kind: 'open'; page: string }

export interface ProblemDetails {
  remedy?: Remedy
  /** The relay accepts no code before this time, in milliseconds since 1970. */
  until?: number
}

/** Why an input (typed, pasted, photographed or scanned) cannot be opened. */
export class PairingProblem extends Error implements ProblemDetails {
  /** The text for the user. */
  readonly say: (t: PairingTexts) => string
  readonly remedy?: Remedy
  readonly until?: number
  constructor(say: (t: PairingTexts) => string, details: ProblemDetails = {}) {
    super('pairing failed')
    this.say = say
    Object.assign(this, details)
  }
}

const RETRY: ProblemDetails = { remedy: { kind: 'retry' } }
/** How long the relay refuses codes if it does not say. */
const LOCKED_OUT_S = 60
/** A relay that has not answered a code after this time counts as unreachable. */
const REDEEM_MS = 8000

/** Asks the relay that served this page for the session of a short code. */
async function redeem(code: string, home: string): Promise<string> {
  const host = hostOf(home)
  const noRelay = new PairingProblem((t) => t.noRelay(host), RETRY)
  let response: Response
  try {
    response = await fetch(`${home}/pair`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
      cache: 'no-store',
      signal: AbortSignal.timeout(REDEEM_MS),
    })
  } catch {
    throw noRelay
  }
  if (response.status === 429) {
    const seconds = Number(response.headers.get('retry-after')) || LOCKED_OUT_S
    throw new PairingProblem((t) => t.tooManyCodes, { until: Date.now() + seconds * 1000 })
  }
  const answer: unknown = await response.json().catch(() => undefined)
  const { session, key } = (answer ?? {}) as { session?: unknown; key?: unknown }
  if (response.status === 404) throw new PairingProblem((t) => t.wrongCode(host))
  if (!response.ok || typeof session !== 'string' || !isSessionName(session)) throw noRelay
  return formatLink({ relay: home, session, ...(typeof key === 'string' && { key }) })
}

function linkOfCode(typed: string, home: string): Promise<string> {
  const { characters, strange, meant } = readTypedCode(typed)
  if (characters === '') throw new PairingProblem((t) => t.empty)
  if (strange !== undefined) throw new PairingProblem((t) => t.strange(strange, meant))
  const { length } = [...characters]
  const code = readPairCode(characters)
  if (code === undefined) throw new PairingProblem((t) => t.wrongLength(length, CODE_LENGTH))
  return redeem(code, home)
}

/** Finds the relay at a typed address, which people often write without port or scheme. */
async function linkOfAddress(typed: string, page: Page): Promise<string> {
  const { links, isExact } = candidatesFor(typed, page)
  if (isExact) return links[0]!
  const found = await findRelay(links)
  const hosts = [...new Set(links.map((link) => hostWithPort(link)))]
  if (!found) {
    // The relay may have no https, which this page needs and a page of the relay itself does not.
    const plain = page.protocol === 'https:' && links[0]!.replace(/^https/, 'http')
    throw new PairingProblem((t) => t.noAnswer(hosts), {
      remedy: { kind: 'address', ...(plain && { page: plain }) },
    })
  }
  const { link, answer } = found
  if (answer === 'open') return link
  if (pageOf(link, page.home) === undefined)
    throw new PairingProblem((t) => t.needsCode, { remedy: { kind: 'code' } })
  throw new PairingProblem((t) => t.needsCodeThere(hostOf(link)), {
    remedy: { kind: 'open', page: link },
  })
}

function hostWithPort(link: string): string {
  const { host, port, protocol, pathname } = new URL(link)
  const base = pathname === '/' ? '' : pathname
  return (port ? host : `${host}:${protocol === 'https:' ? 443 : 80}`) + base
}

/** What the user typed or pasted. */
export interface Typed {
  text: string
  /**
   * Whether the user chose to type an address. A text without dot, colon and slash is then the name of a computer,
   * unless it has the form of a code. Otherwise it is a code.
   */
  isAddress: boolean
}

/**
 * Returns the link for a text that the user typed or pasted: a link, an address, or a short code.
 *
 * @throws PairingProblem
 */
export async function linkFrom(typed: Typed, page: Page): Promise<string> {
  const { text } = typed
  if (!isAddress(text) && (!typed.isAddress || isWholeCode(text)))
    return linkOfCode(text, page.home)
  if (text.trim() === '') throw new PairingProblem((t) => t.emptyAddress)
  return linkOfAddress(text, page)
}

/**
 * Returns the link in a QR code. A code that contains only a web address may lead to any site, so a relay must answer there.
 *
 * @throws PairingProblem if the QR code is not a viewer link
 */
export async function linkFromCode(text: string, page: Page): Promise<string> {
  const link = text.trim()
  const address = isScannedLink(link) ? parseLink(link) : undefined
  if (!address) throw new PairingProblem((t) => sayOther(link, t))
  const isOurs = address.key !== undefined || address.secret !== undefined
  if (!isOurs && (await dial(fitToPage(link, page.protocol))) === 'silent')
    throw new PairingProblem((t) => t.leadsElsewhere(new URL(link).host))
  return link
}

/** Says what another QR code contains. */
function sayOther(text: string, t: PairingTexts): string {
  if (!/^(?:https?|wss?):\/\//i.test(text) || !URL.canParse(text))
    return /^WIFI:/i.test(text) ? t.otherWifi : t.otherCode
  const { host, pathname } = new URL(text)
  return pathname.endsWith('/setup') ? t.setUpCode : t.leadsElsewhere(host)
}

/** @param code of the error that the link caused */
export function noLink(code: ErrorCode): PairingProblem {
  return new PairingProblem((t) => (code === 'VS121' ? t.otherPath : t.noLink))
}
