import { isIP } from 'node:net'
import { formatLink, type ViewerUrl } from '@vue-sync/vue/protocol'
import type { AddressBook } from '../network/address-book.ts'
import { bracketed, type LanAddress } from '../network/addresses.ts'
import type { Identity } from '../tls/tls-identity.ts'
import { isPrivateName } from '../network/private-networks.ts'

export interface LinkOptions {
  book: AddressBook
  port: number
  viewerKey: string | undefined
  publicUrl: string | undefined
  /** The certificate, when there is one. */
  identity: Identity | undefined
}

/** Links with an own certificate are for the names and addresses that it is for. */
function certified(addresses: LanAddress[], identity: Identity): LanAddress[] {
  // Whether a name is known outside is the resolver's affair: it leads to one of these addresses.
  const outside = addresses.some(({ reach }) => reach === 'internet') ? 'internet' : 'network'
  const names = identity.names().map((address): LanAddress => ({
    name: 'certificate',
    address,
    reach: isPrivateName(address) ? 'network' : outside,
  }))
  const others = addresses.filter(({ address }) => !names.some((name) => name.address === address))
  return [...names, ...others]
}

interface Dialable {
  scheme: 'http' | 'https'
  at: LanAddress
}

/** What the certificate is for, and within this machine everything. */
function covered(addresses: LanAddress[], identity: Identity): Dialable[] {
  const all = identity.authority ? addresses : certified(addresses, identity)
  return all.flatMap((at): Dialable[] => {
    // There is nothing to hide from, and no browser that must trust something first.
    if (at.reach === 'machine') return [{ scheme: 'http', at }]
    if (!identity.covers(at.address)) return []
    return [{ scheme: identity.authority ? 'http' : 'https', at }]
  })
}

function dialable({ book, identity }: LinkOptions): Dialable[] {
  const addresses = book.list()
  if (!identity) return addresses.map((at) => ({ scheme: 'http', at }))
  const found = covered(addresses, identity)
  // A link that a browser warns of is better than none.
  return found.length > 0 ? found : addresses.map((at) => ({ scheme: 'https', at }))
}

function isOutside({ reach }: LanAddress): boolean {
  return reach !== 'machine'
}

/** Why no phone can follow a link without a warning, if that is so. */
export function linkProblem({ book, identity, publicUrl }: LinkOptions): string | undefined {
  const addresses = book.list()
  if (!identity || publicUrl !== undefined || !addresses.some(isOutside)) return undefined
  if (covered(addresses, identity).some(({ at }) => isOutside(at))) return undefined
  return identity.authority
    ? 'No address of this machine is private, and its CA speaks for no others. Give a certificate of your own with --cert and --key.'
    : 'The certificate is for no name or address that could stand in a link. Say where viewers find this relay with --public-url.'
}

/** Where viewers find a session: the public address first, then the likeliest for a phone. */
export function viewerLinks(options: LinkOptions, session: string): ViewerUrl[] {
  const { port, viewerKey: key, publicUrl } = options
  const link = (origin: string): string => formatLink({ origin, session, key })
  const own = dialable(options).map(({ scheme, at: { name, address, reach } }): ViewerUrl => ({
    name,
    url: link(`${scheme}://${bracketed(address)}:${port}`),
    reach,
  }))
  if (publicUrl === undefined) return own
  return [{ name: 'public', url: link(new URL(publicUrl).origin), reach: 'internet' }, ...own]
}

/** The address that hosts show as the machine's own. */
export function localIp(book: AddressBook): string {
  return book.list().find(({ address }) => isIP(address))?.address ?? '127.0.0.1'
}
