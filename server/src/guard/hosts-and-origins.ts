/** What a browser states about a request, and no page can change. */
export interface BrowserRequest {
  /** The `Host` header, or what a trusted proxy says it was. */
  host: string | undefined
  /** Whether the client used TLS. */
  secure: boolean
  /** The `Origin` header. */
  origin: string | undefined
}

export interface GuardOptions {
  /** Whether a name is this relay's. The name is in lower case, without a final dot. */
  isOwnName: (name: string) => boolean
  publicUrl?: string | undefined
  allowedHosts?: readonly string[] | undefined
  allowedOrigins?: readonly string[] | undefined
  /** Pages of the same host on other ports may connect with a key, as pages on the client's machine may. @default false */
  acceptsOtherPorts?: boolean | undefined
}

/**
 * Which page sent a request:
 * - `none`: no page, since there is no `Origin` header.
 * - `own`: a page that this relay served, or whose origin is listed.
 * - `loopback`: a page served by the client's own machine, or with `acceptsOtherPorts` by the relay's.
 * - `foreign`: any other page.
 */
export type PageOrigin = 'none' | 'own' | 'loopback' | 'foreign'

export interface Guard {
  /** Whether this relay answers requests for a host name. */
  acceptsHost: (host: string | undefined) => boolean
  /** Which page sent a request, whose host was checked before. */
  pageOriginOf: (call: BrowserRequest) => PageOrigin
}

/** Longer texts are not kept. */
const MAX_KEPT_LENGTH = 256
const MAX_KEPT = 100

/**
 * Keeps the results of a pure function. Clients send the same few host names and origins over and over. A client that
 * sends a new one each time makes the function run each time, and fills no memory.
 */
function memoize(compute: (text: string) => string): (text: string) => string {
  const results = new Map<string, string>()
  return (text) => {
    const known = results.get(text)
    if (known !== undefined) return known
    const result = compute(text)
    if (text.length > MAX_KEPT_LENGTH) return result
    if (results.size >= MAX_KEPT) results.clear()
    results.set(text, result)
    return result
  }
}

const IPV4 = /^\d+\.\d+\.\d+\.\d+$/

const readHost = memoize((header) => {
  const text = `http://${header}`
  if (!/^[\w.:[\]-]+$/.test(header) || !URL.canParse(text)) return ''
  return new URL(text).hostname.replaceAll(/[[\]]/g, '').replace(/\.$/, '')
})

/** The name in a `Host` header: lower case, without port, brackets and final dot; `''` if there is none. */
export function nameOf(header: string | undefined): string {
  return readHost(header ?? '')
}

function isAddress(name: string): boolean {
  return IPV4.test(name) || name.includes(':')
}

/** Whether an address or a name, without brackets, always leads to the same machine. */
export function isLoopbackName(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true
  return IPV4.test(name) && name.startsWith('127.')
}

const originOf = memoize((text) => {
  // `URL` knows no origin for other schemes, but browsers send them: `capacitor://localhost`.
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return text.toLowerCase()
  return new URL(text).origin
})

function isListed(name: string, list: readonly string[]): boolean {
  return list.some((entry) =>
    entry.startsWith('.') ? name === entry.slice(1) || name.endsWith(entry) : name === entry,
  )
}

/**
 * Checks two things that no page can choose: the host name it asks for, and the origin it was loaded from.
 *
 * A page of another site may point its own host name at this relay's address (DNS rebinding); its requests are then
 * same-origin to the browser. So the relay answers to its own names only. It answers to every IP address, because
 * such an attack needs a name, and a relay behind a port forward or in a container cannot know its addresses.
 */
export function createGuard(options: GuardOptions): Guard {
  const { isOwnName, publicUrl, acceptsOtherPorts } = options
  const hosts = (options.allowedHosts ?? []).map((name) => name.toLowerCase().replace(/\.$/, ''))
  const listed = new Set((options.allowedOrigins ?? []).map(originOf))
  const publicName = publicUrl === undefined ? undefined : nameOf(new URL(publicUrl).host)
  if (publicUrl !== undefined) listed.add(originOf(publicUrl))

  return {
    acceptsHost(host) {
      const name = nameOf(host)
      if (name === '') return false
      if (isAddress(name) || isLoopbackName(name) || name === publicName) return true
      return isListed(name, hosts) || isOwnName(name)
    },
    pageOriginOf({ host, secure, origin }) {
      if (origin === undefined) return 'none'
      const asking = originOf(origin)
      if (listed.has(asking) || asking === originOf(`${secure ? 'https' : 'http'}://${host}`))
        return 'own'
      if (!/^https?:/.test(asking) || !URL.canParse(asking)) return 'foreign'
      const name = nameOf(new URL(asking).host)
      const isNear = isLoopbackName(name) || (acceptsOtherPorts && name === nameOf(host))
      return isNear ? 'loopback' : 'foreign'
    },
  }
}

/**
 * Whether a client may open a socket. A page on the client's own machine is usually a developer's app. It may
 * connect with a key; if the relay needs no key, only to a relay on the same machine. It may not connect because
 * `authorize` admitted it: browsers send the cookies of one localhost port to all others, so any of them could.
 *
 * @param decidedBy what admitted the client, or refused it
 */
export function mayConnect(
  pageOrigin: PageOrigin,
  decidedBy: 'authorize' | 'key' | 'nothing',
  isWithinMachine: boolean,
): boolean {
  if (pageOrigin === 'loopback')
    return decidedBy === 'key' || (decidedBy === 'nothing' && isWithinMachine)
  return pageOrigin !== 'foreign'
}

/** The answer to a request for an unknown host name, in one line. */
export function unknownHostText(host: string | undefined): string {
  const name = nameOf(host)
  return name === ''
    ? 'Use the name or the address of this relay.\n'
    : `This relay does not answer to the name ${name}. If the name is correct, start the relay with --allow-host ${name}\n`
}

/** A longer name would not fit into a close frame. */
const LONGEST_NAME = 60

/** The reason of a close frame for an unknown host name. */
export function unknownHostReason(host: string | undefined): string {
  return `The relay does not answer to the name ${nameOf(host).slice(0, LONGEST_NAME)}: see --allow-host`
}

/** At most 123 bytes, the limit of a close frame. */
export const BAD_ORIGIN =
  'Pages of this origin may not use this relay: see --allow-origin, --public-url'
