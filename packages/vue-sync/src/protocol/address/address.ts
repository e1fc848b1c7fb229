import { fromBase64Url, toBase64Url } from '../base64url.ts'
import type { Position } from '../envelope.ts'
import { hashOf } from '../state/hash.ts'
import { isPosition } from '../frames/parse.ts'

export type Role = 'host' | 'viewer'

export const DEFAULT_PORT = 9876
export const DEFAULT_SESSION = 'default'

/** Role and protocol version travel as a WebSocket subprotocol. */
export const SUBPROTOCOL = {
  host: 'vue-sync.host.v1',
  viewer: 'vue-sync.viewer.v1',
} as const satisfies Record<Role, string>

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/
/** Begins the form of a key in which it has only characters of a subprotocol. */
export const TOKEN_PREFIX = 'token.'
/** Starts with a letter or digit: a URL would resolve `.` and `..` away. */
const SESSION_NAME = /^[A-Za-z\d][\w.~-]{0,63}$/
/**
 * `/BASE/s/NAME`: the base, with at most eight segments, and the text that names a session. No segment of a base is
 * `s`, so a session can be read from the end of a path.
 */
export const PATH = /^((?:\/(?!s(?:\/|$))[\w.~-]{1,64}){0,8})(?:\/s\/([^/]+))?\/?$/

/**
 * The entries of a client's `Sec-WebSocket-Protocol`. The key is the second one. A relay echoes only the
 * first, so the key appears in no log and no URL.
 */
export function offerProtocols(role: Role, key?: string): string[] {
  return key
    ? [SUBPROTOCOL[role], TOKEN_PREFIX + toBase64Url(new TextEncoder().encode(key))]
    : [SUBPROTOCOL[role]]
}

export interface Offer {
  /** `undefined` if this version does not know the offered subprotocol, or if one was offered twice. */
  role: Role | undefined
  /** The subprotocol to echo; `undefined` if none was offered. Never the one with the key. */
  protocol: string | undefined
  key: string | undefined
}

/** Reads a `Sec-WebSocket-Protocol` header. A client without one is a viewer. */
export function readOffer(header: string | null | undefined): Offer {
  let token: string | undefined
  let protocol: string | undefined
  const entries = (header ?? '').split(',').flatMap((entry) => entry.trim() || [])
  for (const entry of entries) {
    if (entry.startsWith(TOKEN_PREFIX)) token ??= entry
    else protocol ??= entry
  }
  const isRepeated = new Set(entries).size < entries.length
  const role = (['host', 'viewer'] as const).find((name) => SUBPROTOCOL[name] === protocol)
  const bytes = token && fromBase64Url(token.slice(TOKEN_PREFIX.length))
  return {
    role: isRepeated ? undefined : (role ?? (protocol ? undefined : 'viewer')),
    protocol,
    key: bytes ? new TextDecoder().decode(bytes) : undefined,
  }
}

/** The path of a session below the base: `/` for `default`, `/s/NAME` for another. */
export function sessionPath(session: string): string {
  return session === DEFAULT_SESSION ? '/' : `/s/${session}`
}

export function isSessionName(name: string): boolean {
  return SESSION_NAME.test(name)
}

/** The address that a client dials: `ws://HOST:9876/BASE/s/NAME`, with `?epoch=…&seq=…` if it has a position. */
export function formatSocketUrl(
  { relay, session }: Pick<SyncAddress, 'relay' | 'session'>,
  position?: Position,
): string {
  const query = position ? `?epoch=${encodeURIComponent(position.epoch)}&seq=${position.seq}` : ''
  return relay + sessionPath(session) + query
}

/** Identifies a session, whether its relay uses TLS or not. */
export function placeOf({ relay, session }: Pick<SyncAddress, 'relay' | 'session'>): string {
  return relay.replace(/^\w+:\/\//, '') + sessionPath(session)
}

/** The position in a query string; `undefined` if it is missing or malformed. */
export function readPosition(query: URLSearchParams): Position | undefined {
  const seq = query.get('seq')
  const position = { epoch: query.get('epoch') ?? '', seq: seq ? Number(seq) : Number.NaN }
  return isPosition(position) ? position : undefined
}

/** The address of a session, and its keys. */
export interface SyncAddress {
  /** `ws://` or `wss://`, host, port and base path, without a trailing slash: `wss://example.com/sync`. */
  relay: string
  session: string
  /** The host key or a viewer key, whichever the client needs. */
  key?: string | undefined
  /** Decrypts an encrypted session: 256 bits as base64url. Never sent over the network. */
  secret?: string | undefined
  /** Verifies the host's signatures in an encrypted session: its public key as base64url. */
  signer?: string | undefined
}

/**
 * Whether a page of this address's origin may hold a secret: it comes over TLS or from this device, so nobody on the
 * network can replace it.
 */
export function isTrustworthyOrigin(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return /^(?:https|wss):$/.test(protocol) || LOOPBACK.test(hostname)
}

/**
 * The link in a QR code: `http://192.168.1.5:9876/#k=KEY`, with `s=NAME` for a session other than
 * `default`, and `e=SECRET&p=PUBLIC-KEY` for an encrypted one. Its path is the base. Browsers never send a fragment, so
 * the key appears in no log and the relay never gets the secret. An origin that is not trustworthy must not get one.
 */
export function formatLink({ relay, session, key, secret, signer }: SyncAddress): string {
  const fragment = new URLSearchParams()
  if (session !== DEFAULT_SESSION) fragment.set('s', session)
  if (key) fragment.set('k', key)
  if (secret) fragment.set('e', secret)
  if (secret && signer) fragment.set('p', signer)
  return `${relay.replace(/^ws/, 'http')}/${fragment.size > 0 ? `#${fragment}` : ''}`
}

/** Adds the scheme to an address that people type, and the relay's port if there is neither scheme nor port. */
function complete(typed: string): string {
  if (/^[a-z]+:\/\//i.test(typed)) return typed
  return `ws://${typed.replace(/^[^/?#]*/, (host) => (/:\d*$/.test(host) ? host : `${host}:${DEFAULT_PORT}`))}`
}

/**
 * Reads a link, a socket address (`ws://host:9876/s/NAME`), a bare `host:port`, or a bare `host` for port 9876. All may
 * have a base path: `wss://example.com/sync/s/NAME`. Gives `undefined` for any other text.
 *
 * A relay redirects a page at `/s/NAME` to `/?s=NAME`, so a query can name the session too. The fragment counts first.
 */
export function parseLink(text: string): SyncAddress | undefined {
  let url: URL
  try {
    url = new URL(complete(text.trim()))
  } catch {
    return undefined
  }
  // Chromium escapes a space in a host name, although the standard refuses it.
  if (!/^(?:ws|http)s?:$/.test(url.protocol) || !/^[^%]+$/.test(url.host)) return undefined
  const fragment = new URLSearchParams(url.hash.slice(1))
  const at = PATH.exec(url.pathname)
  const session = fragment.get('s') || url.searchParams.get('s') || (at?.[2] ?? DEFAULT_SESSION)
  if (!at || !isSessionName(session)) return undefined
  return {
    relay: `${url.protocol.replace('http', 'ws')}//${url.host}${at[1]}`,
    session,
    key: fragment.get('k') ?? undefined,
    secret: fragment.get('e') ?? undefined,
    signer: fragment.get('p') ?? undefined,
  }
}

/**
 * Identifies a link's secret and public key without revealing them; `undefined` without a secret. A viewer shows
 * received state only with a link of the same binding, so state in clear never passes for decrypted state.
 */
export function bindingOf({
  secret,
  signer = '',
}: Pick<SyncAddress, 'secret' | 'signer'>): number | undefined {
  return secret ? hashOf([secret, signer], new WeakMap()) : undefined
}

/** 128 random bits as text. `crypto.randomUUID` is missing on plain `http://LAN-IP` pages. */
export function randomId(): string {
  const words = crypto.getRandomValues(new Uint32Array(4))
  return Array.from(words, (word) => word.toString(36)).join('')
}

/** A new secret for an encrypted session: 256 random bits as base64url. */
export function randomSecret(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)))
}
