/** Who is asked for, and by which page: what a browser says of a request by itself. */
export interface Call {
  /** The `Host` header, or what a proxy that is trusted says it was. */
  host: string | undefined
  /** The client asked over TLS. */
  secure: boolean
  /** The `Origin` header. */
  origin: string | undefined
}

export interface GuardOptions {
  /** Whether this relay has a name: lower case, no dot at its end. */
  isOwnName: (name: string) => boolean
  publicUrl?: string | undefined
  allowedHosts?: readonly string[] | undefined
  allowedOrigins?: readonly string[] | undefined
}

/**
 * - `none`: no page of a browser asks.
 * - `own`: a page that this relay served, or that is listed.
 * - `loopback`: a page of the client's own machine.
 * - `foreign`: any other page.
 */
export type Caller = 'none' | 'own' | 'loopback' | 'foreign'

export interface Guard {
  /** Whether a relay of this name is here. */
  answersTo: (host: string | undefined) => boolean
  /** Whose page asks. The host is taken as checked. */
  callerOf: (call: Call) => Caller
}

const IPV4 = /^\d+\.\d+\.\d+\.\d+$/

/** The name in a `Host` header as one would write it: lower case, no port, brackets or final dot; `''` for none. */
export function nameOf(header: string | undefined): string {
  const text = `http://${header ?? ''}`
  if (!/^[\w.:[\]-]+$/.test(header ?? '') || !URL.canParse(text)) return ''
  return new URL(text).hostname.replaceAll(/[[\]]/g, '').replace(/\.$/, '')
}

function isAddress(name: string): boolean {
  return IPV4.test(name) || name.includes(':')
}

function isLoopbackName(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true
  return IPV4.test(name) && name.startsWith('127.')
}

function originOf(text: string): string {
  // Other schemes have no origin to a URL, but browsers send them: `capacitor://localhost`.
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return text.toLowerCase()
  return new URL(text).origin
}

function isListed(name: string, list: readonly string[]): boolean {
  return list.some((entry) =>
    entry.startsWith('.') ? name === entry.slice(1) || name.endsWith(entry) : name === entry,
  )
}

/**
 * Decides by what no page can choose: the name it was loaded from, and the name it asks for.
 *
 * A page of another site may point its own name at this relay's address (DNS rebinding) and is then of the
 * same origin to the browser. That needs a name: so any IP address is answered, which a relay behind a
 * port forward or in a container could not know to be its own, and only names that are its own.
 */
export function createGuard(options: GuardOptions): Guard {
  const { isOwnName, publicUrl } = options
  const hosts = (options.allowedHosts ?? []).map((name) => name.toLowerCase().replace(/\.$/, ''))
  const listed = new Set((options.allowedOrigins ?? []).map(originOf))
  const publicName = publicUrl === undefined ? undefined : nameOf(new URL(publicUrl).host)
  if (publicUrl !== undefined) listed.add(originOf(publicUrl))

  return {
    answersTo(host) {
      const name = nameOf(host)
      if (name === '') return false
      if (isAddress(name) || isLoopbackName(name) || name === publicName) return true
      return isListed(name, hosts) || isOwnName(name)
    },
    callerOf({ host, secure, origin }) {
      if (origin === undefined) return 'none'
      const asked = originOf(origin)
      if (listed.has(asked) || asked === originOf(`${secure ? 'https' : 'http'}://${host}`))
        return 'own'
      if (!/^https?:/.test(asked) || !URL.canParse(asked)) return 'foreign'
      return isLoopbackName(nameOf(new URL(asked).host)) ? 'loopback' : 'foreign'
    },
  }
}

/**
 * Whether a socket may be opened. A page of the client's own machine is a developer's: a key that it has
 * shows that it was meant. Where none is needed, it must ask its own machine.
 */
export function mayDial(caller: Caller, needsKey: boolean, isWithinMachine: boolean): boolean {
  if (caller === 'loopback') return needsKey || isWithinMachine
  return caller !== 'foreign'
}

/** What to do about a name that is not answered to, in one line. */
export function misdirected(host: string | undefined): string {
  const name = nameOf(host)
  return name === ''
    ? 'This relay must be asked by its name or address.\n'
    : `This relay does not know the name ${name}. If it is its own, start it with --allow-host ${name}\n`
}

/** At most 123 bytes: what a close frame holds. */
export const BAD_ORIGIN =
  'Pages of this origin may not use this relay: see --allow-origin, --public-url'
