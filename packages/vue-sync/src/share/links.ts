import { formatLink, parseLink, type Reach, type ViewerUrl } from '../protocol/index.ts'

/** Links whose addresses the same devices can use. */
export interface LinkGroup {
  reach: Reach
  links: ViewerUrl[]
}

const REACHES = ['network', 'internet', 'virtual', 'machine'] as const

/** Relays before 0.2 do not send it. */
export function reachOf({ reach = 'network' }: ViewerUrl): Reach {
  return reach
}

/** Groups links by the devices that can use them. Links for phones come first. */
export function groupLinks(links: readonly ViewerUrl[]): LinkGroup[] {
  return REACHES.map((reach) => ({
    reach,
    links: links.filter((link) => reachOf(link) === reach),
  })).filter((group) => group.links.length > 0)
}

/** The part of an address that a person types: without `http://` and without the key. */
export function typedAddress(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  const address = host + pathname.replace(/\/$/, '')
  // A browser adds `http://` itself.
  return protocol === 'https:' ? `https://${address}` : address
}

/** The link `url` at the address of another one. */
export function linkAt(address: string, url: string): string {
  const target = parseLink(address)
  const key = parseLink(url)?.key
  return target && key !== undefined ? formatLink({ ...target, key }) : url
}

/** Whether the link carries an encryption key. */
export function isEncryptedLink(url: string): boolean {
  return /[#&]e=/.test(url)
}

/** A phone can decrypt only over https. */
export function needsHttps(url: string): boolean {
  return isEncryptedLink(url) && !url.startsWith('https:')
}
