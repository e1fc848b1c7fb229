import { formatLink, parseLink } from '@vue-sync/vue/protocol'

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** The session in the page's own address, in its fragment or path, if there is one. */
export function linkOfPage(href: string): string | undefined {
  const { origin, pathname, hash } = new URL(href)
  const fragment = new URLSearchParams(hash.slice(1))
  if (!['k', 's', 'e'].some((name) => fragment.has(name)) && pathname === '/') return undefined
  const address = parseLink(href)
  return address && formatLink({ ...address, origin })
}

/**
 * Changes a link so that this page may connect to it. An https page may open plain sockets only to its own
 * machine. A relay with TLS shows its plain address in the code, and has TLS on the same port.
 */
export function fitToPage(link: string, protocol: string): string {
  const address = parseLink(link)
  if (protocol !== 'https:' || !address?.origin.startsWith('ws:')) return link
  if (LOOPBACK.test(new URL(address.origin).hostname)) return link
  return formatLink({ ...address, origin: address.origin.replace('ws:', 'wss:') })
}

/** The page of the relay's own viewer for a link; `undefined` if that is this page. */
export function pageOf(link: string, here: string): string | undefined {
  const address = parseLink(link)
  const page = address && formatLink(address)
  return page !== undefined && new URL(page).origin !== here ? page : undefined
}

/** A link without its key, for display. */
export function nameOf(link: string): string {
  const address = parseLink(link)
  if (!address) return link
  const host = new URL(address.origin).host
  return address.session === 'default' ? host : `${host} · ${address.session}`
}

/** Whether a scanned code is a link. Other text that `parseLink` would accept does not count. */
export function isScannedLink(text: string): boolean {
  return /^(?:https?|wss?):\/\//i.test(text.trim()) && parseLink(text) !== undefined
}
