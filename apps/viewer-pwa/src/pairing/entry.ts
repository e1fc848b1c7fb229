import { DEFAULT_PORT, formatLink, parseLink, readPairCode } from '@vue-sync/vue/protocol'
import type { Page } from '../opened-at.ts'
import { fitToPage, withOwnScheme } from '../session/session-link.ts'

export const CODE_LENGTH = 6

/** A typed code, as the boxes show it. */
export interface CodeReading {
  /** As the relay reads it: `o` is a zero, and dashes are left out. */
  characters: string
  /** The first character that no code has. */
  strange?: string
  /** The characters that look like a strange one and that codes have. */
  meant?: string
  /** The first letter that was read as the digit that looks like it. */
  replaced?: { letter: string; digit: string }
}

const LOOKALIKES: Partial<Record<string, string>> = { U: 'V' }

/** A dot, a colon, a slash or a fragment. Codes have none of them. */
const IN_ADDRESS = /[.:/#]/
/** Spaces, dashes of every script, and invisible characters that come with a paste. */
const BETWEEN = /[\s\p{Pd}\p{Cf}_]/gu

/** Full-width characters, which East Asian keyboards give, become ordinary ones. A keyboard adds a dot after two spaces. */
const clean = (typed: string): string => typed.normalize('NFKC').trim().replace(/\.$/, '')

/** Whether a text is an address or a link. Any other text is a code. */
export function isAddress(typed: string): boolean {
  return IN_ADDRESS.test(clean(typed))
}

/**
 * Whether a text has the form of a code as the host shows it: six characters, with spaces between them at most. The name
 * of a computer has no spaces. It can have dashes, and letters that are read as digits in a code.
 */
export function isWholeCode(typed: string): boolean {
  const text = clean(typed)
  return !/[-ILO]/i.test(text) && readPairCode(text) !== undefined
}

/** The character of the codes' alphabet that is read from a typed one; `undefined` if there is none. */
function read(typed: string): string | undefined {
  return readPairCode(typed.repeat(CODE_LENGTH))?.[0]
}

export function readTypedCode(typed: string): CodeReading {
  const reading: CodeReading = { characters: '' }
  for (const character of clean(typed).replaceAll(BETWEEN, '')) {
    const upper = character.toUpperCase()
    const digit = read(character)
    reading.characters += digit ?? upper
    if (digit === undefined && reading.strange === undefined) {
      reading.strange = upper
      const meant = LOOKALIKES[upper]
      if (meant) reading.meant = meant
    } else if (digit !== undefined && digit !== upper) reading.replaced ??= { letter: upper, digit }
  }
  return reading
}

const SCHEME = /^(?:https?|wss?):\/\//i
const LINK_IN_TEXT = /(?:https?|wss?):\/\/\S+/i
const PORT = /^(?:[a-z]+:\/\/)?(?:\[[^\]]*\]|[^/?#:[\]]*):\d+/i
/** An IPv6 address without its brackets. */
const BARE_IPV6 = /^(?=.*:.*:)[\da-f:]+(?:\.\d+)*$/i

export interface Candidates {
  /** Links to try, the most probable first. */
  links: string[]
  /** Whether the link must be opened as it is: it comes from a host, and has a key. */
  isExact: boolean
}

/**
 * The links that a typed address can mean. Without a port these are port 9876 and then the scheme's own port, unless
 * the address is a link with a key, which says where the relay is. With a base path the relay is probably behind a
 * proxy, so the scheme's own port comes first, and https before http if no scheme is written.
 */
export function candidatesFor(typed: string, page: Page): Candidates {
  const text = (LINK_IN_TEXT.exec(typed)?.[0] ?? typed).trim()
  const address = BARE_IPV6.test(text) ? `[${text}]` : text
  const completed = withOwnScheme(address, page.home)
  const parsed = parseLink(completed)
  if (!parsed || parsed.key || parsed.secret) return { links: [completed], isExact: true }
  const fit = (link: string): string => fitToPage(link, page.protocol)
  if (completed !== address || PORT.test(address))
    return { links: [fit(formatLink(parsed))], isExact: false }
  const withPort = new URL(parsed.relay)
  withPort.port = String(DEFAULT_PORT)
  const usual = withPort.href.replace(/\/$/, '')
  const own = SCHEME.test(address) ? parsed.relay : parsed.relay.replace(/:\d+(?=\/|$)/, '')
  const relays =
    withPort.pathname === '/'
      ? [usual, own]
      : [...(SCHEME.test(address) ? [] : [own.replace(/^ws:/, 'wss:')]), own, usual]
  const links = relays.map((relay) => fit(formatLink({ ...parsed, relay })))
  return { links: [...new Set(links)], isExact: false }
}
