import {
  formatLink,
  isTrustworthyOrigin,
  parseLink,
  placeOf,
  sessionPath,
  type SyncAddress,
} from '@vue-sync/vue/protocol'

/** Whether the fragment of an address has what only a link has. */
function isLinkFragment(hash: string): boolean {
  const fragment = new URLSearchParams(hash.slice(1))
  return ['k', 's', 'e'].some((name) => fragment.has(name))
}

/** Returns the session link in the page's own address (its fragment, query or path), if there is one. */
export function linkOfPage(href: string): string | undefined {
  const { pathname, hash, searchParams } = new URL(href)
  const isNamed = searchParams.has('s') || /\/s\/[^/]+\/?$/.test(pathname)
  // A static host may name the file, which is in the folder of the base.
  const folder = href.replace(/^([^?#]*\/)index\.html(?=[?#]|$)/, '$1')
  const address = isLinkFragment(hash) || isNamed ? parseLink(folder) : undefined
  return address && formatLink(address)
}

/**
 * Returns the link that this page may open. A page loaded over TLS may open plain sockets only to loopback.
 * A relay with TLS serves http and https on the same port, and its QR code contains the http address.
 */
export function fitToPage(link: string, protocol: string): string {
  const address = parseLink(link)
  if (protocol !== 'https:' || !address || isTrustworthyOrigin(address.relay)) return link
  return formatLink({ ...address, relay: address.relay.replace('ws:', 'wss:') })
}

/**
 * Returns the viewer page of the link's own relay, or `undefined` if this is that page. A link with a secret has
 * none, because that page, which the relay serves, could read the secret.
 */
export function pageOf(link: string, home: string): string | undefined {
  const address = parseLink(link)
  if (!address || address.secret) return undefined
  return address.relay.replace(/^ws/, 'http') === home ? undefined : formatLink(address)
}

/** Returns whether a link has a key, which a typed address has not. */
export function hasKey(link: string | undefined): boolean {
  return parseLink(link ?? '')?.key !== undefined
}

/** Returns the relay's host and base path if the link is for an encrypted session. */
export function encryptedAt(link: string | undefined): string | undefined {
  const address = parseLink(link ?? '')
  return address?.secret && shown(address)
}

/** Returns whether `next` is for the same session as `kept`, but without its secret. */
export function dropsSecret(kept: string | undefined, next: string): boolean {
  const [from, to] = [parseLink(kept ?? ''), parseLink(next)]
  if (!from?.secret || !to || to.secret) return false
  return placeOf(from) === placeOf(to)
}

/** Returns the guide to https for the session of the link. The relay serves that page, so it gets no secret. */
export function guideFor(link: string | undefined): string {
  const address = parseLink(link ?? '')
  const page = address && formatLink({ ...address, secret: undefined, signer: undefined })
  return `./setup${page ? new URL(page).hash : ''}`
}

/** Returns the address of a link as people type it, without its key. */
export function addressOf(link: string): string {
  const address = parseLink(link)
  if (!address) return link
  // Without a port, the scheme says which one it is.
  const place = new URL(address.relay).port ? shown(address) : address.relay.replace(/^ws/, 'http')
  return place + sessionPath(address.session).replace(/^\/$/, '')
}

/** The relay without its scheme: host name, port and base path. */
const shown = ({ relay }: Pick<SyncAddress, 'relay'>): string => relay.replace(/^\w+:\/\//, '')

/** Returns host name, port and base path of the link's relay. */
export function hostOf(link: string): string {
  const address = parseLink(link)
  return address ? shown(address) : link
}

/** Returns a readable name for a link, without its key. */
export function nameOf(link: string): string {
  const address = parseLink(link)
  if (!address) return link
  const host = hostOf(link)
  return address.session === 'default' ? host : `${host} · ${address.session}`
}

/**
 * Completes a typed address without scheme and port, such as `show.example.com`. If it names this page's own host, the
 * relay is where the page came from, which may be behind a proxy with https and below a path. Otherwise the port of a relay is used.
 */
export function withOwnScheme(typed: string, home: string): string {
  const { hostname, origin } = new URL(home)
  if (typed.replace(/[/?#].*/s, '').toLowerCase() !== hostname) return typed
  const rest = typed.slice(hostname.length)
  // A path may be that of another relay of this host.
  return (/^(?:\/(?:s\/[^/?#]+\/?)?)?(?:[?#]|$)/.test(rest) ? home : origin) + rest
}

/**
 * Accepts only full URLs, because `parseLink` also accepts bare host names. A web address such as
 * `https://shop.example/menu` is not a link, although `parseLink` reads its path as a base.
 */
export function isScannedLink(text: string): boolean {
  const link = text.trim()
  if (!/^(?:https?|wss?):\/\//i.test(link) || !parseLink(link)) return false
  const { pathname, hash } = new URL(link)
  return /^ws/i.test(link) || isLinkFragment(hash) || /\/(?:s\/[^/]+)?$/.test(pathname)
}
