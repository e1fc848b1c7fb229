import type { Reach, ViewerUrl } from '@vue-sync/vue/host'

/** Links whose addresses the same devices can use. */
export interface LinkGroup {
  title: string
  links: ViewerUrl[]
}

const TITLES: Record<Reach, string> = {
  network: 'Phones on the same Wi-Fi',
  internet: 'Any phone with internet access',
  virtual: 'Devices in the same VPN or virtual network',
  machine: 'This computer only: phones can’t use this address',
}
const REACHES = ['network', 'internet', 'virtual', 'machine'] as const

const reachOf = ({ reach = 'network' }: ViewerUrl): Reach => reach

/** Sorts links by who can use them, phones first. */
export function groupLinks(links: readonly ViewerUrl[]): LinkGroup[] {
  return REACHES.map((reach) => ({
    title: TITLES[reach],
    links: links.filter((link) => reachOf(link) === reach),
  })).filter((group) => group.links.length > 0)
}

export function describeReach(link: ViewerUrl): string {
  return TITLES[reachOf(link)]
}

/** The part of an address that a person types: without `http://` and without the key. */
export function typedAddress(url: string): string {
  const { protocol, host } = new URL(url)
  // A browser adds `http://` itself.
  return protocol === 'https:' ? `https://${host}` : host
}

/** Whether the link carries an encryption key. */
export function isEncryptedLink(url: string): boolean {
  return /[#&]e=/.test(url)
}

/** A phone can decrypt only over https. */
export function needsHttps(url: string): boolean {
  return isEncryptedLink(url) && !url.startsWith('https:')
}

/** What the user is asked before all viewers are removed. */
export function removeQuestion(viewers: number): string {
  if (viewers === 0) return 'Remove all viewers?'
  return viewers === 1 ? 'Remove this viewer?' : `Remove all ${viewers} viewers?`
}

export function removeConsequence(viewers: number): string {
  if (viewers === 0) return 'No viewer is connected. Links and codes shown until now stop working.'
  return viewers === 1 ? 'It needs a new link or code.' : 'They need a new link or code.'
}
