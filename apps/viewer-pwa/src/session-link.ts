import { formatLink, parseLink } from '@vue-sync/vue/protocol'

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** The session that the page's own address names, if it names one: by a fragment, or by a path. */
export function linkOfPage(href: string): string | undefined {
  const { origin, pathname, hash } = new URL(href)
  const fragment = new URLSearchParams(hash.slice(1))
  if (!['k', 's', 'e'].some((name) => fragment.has(name)) && pathname === '/') return undefined
  const address = parseLink(href)
  return address && formatLink({ ...address, origin })
}

/**
 * A link that this page may follow. One that came by TLS may open no plain socket but to its own machine,
 * and a relay with TLS shows its plain address in the code: TLS is on the same port.
 */
export function fitToPage(link: string, protocol: string): string {
  const address = parseLink(link)
  if (protocol !== 'https:' || !address?.origin.startsWith('ws:')) return link
  if (LOOPBACK.test(new URL(address.origin).hostname)) return link
  return formatLink({ ...address, origin: address.origin.replace('ws:', 'wss:') })
}

/** Where the relay of a link shows it by itself; `undefined` where that is this very page. */
export function pageOf(link: string, here: string): string | undefined {
  const address = parseLink(link)
  const page = address && formatLink(address)
  return page !== undefined && new URL(page).origin !== here ? page : undefined
}

/** A link for a person to read: no key in it. */
export function nameOf(link: string): string {
  const address = parseLink(link)
  if (!address) return link
  const host = new URL(address.origin).host
  return address.session === 'default' ? host : `${host} · ${address.session}`
}

/** What a scanned code must be: a link, not merely something that could be read as one. */
export function isScannedLink(text: string): boolean {
  return /^(?:https?|wss?):\/\//i.test(text.trim()) && parseLink(text) !== undefined
}
