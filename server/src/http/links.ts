import { isIP } from 'node:net'
import { formatLink, type Reach, type ViewerUrl } from '@vue-sync/vue/protocol'
import { relayAt } from '../core/base-path.ts'
import type { AddressBook } from '../network/address-book.ts'
import { bracketed, type LanAddress } from '../network/addresses.ts'
import type { ServerCertificate } from '../tls/server-certificate.ts'
import { isLoopbackName } from '../guard/hosts-and-origins.ts'
import { isPrivateName } from '../network/private-networks.ts'

export interface LinkOptions {
  book: AddressBook
  port: number
  /** The base path: `''` for the root. */
  base: string
  viewerKey: string | undefined
  publicUrl: string | undefined
  /** @default none: the relay serves plain http */
  certificate: ServerCertificate | undefined
}

/** Adds the names of a certificate from files to the addresses. */
function certified(addresses: LanAddress[], certificate: ServerCertificate): LanAddress[] {
  // A public name leads to one of these addresses, so it reaches as far as they do.
  const outside = addresses.some(({ reach }) => reach === 'internet') ? 'internet' : 'network'
  const reachOf = (name: string): Reach => {
    if (isLoopbackName(name)) return 'machine'
    return isPrivateName(name) ? 'network' : outside
  }
  const names = certificate.names().map((address): LanAddress => ({
    name: 'certificate',
    address,
    reach: reachOf(address),
  }))
  const others = addresses.filter(({ address }) => !names.some((name) => name.address === address))
  return [...names, ...others]
}

interface ReachableAt {
  scheme: 'http' | 'https'
  at: LanAddress
}

/**
 * The addresses for which the certificate is valid, and those within this machine. Links contain keys, so all of them
 * are https: on plain http, another device could answer in the relay's place and read the key.
 */
function covered(addresses: LanAddress[], certificate: ServerCertificate): ReachableAt[] {
  const all = certificate.authority ? addresses : certified(addresses, certificate)
  return all.flatMap((at): ReachableAt[] => {
    // Within the machine nobody can listen, and plain http needs no trusted certificate.
    if (at.reach === 'machine' && !certificate.isTlsOnly) return [{ scheme: 'http', at }]
    return certificate.covers(at.address) ? [{ scheme: 'https', at }] : []
  })
}

function reachableAt({ book, certificate }: LinkOptions): ReachableAt[] {
  const addresses = book.list()
  if (!certificate) return addresses.map((at) => ({ scheme: 'http', at }))
  const found = covered(addresses, certificate)
  // Browsers warn about these links, but without any link nobody could connect.
  return found.length > 0 ? found : addresses.map((at) => ({ scheme: 'https', at }))
}

function isOutside({ reach }: LanAddress): boolean {
  return reach !== 'machine'
}

/** A warning for the operator when every link to other devices would fail or show a browser warning. */
export function linkProblem(options: LinkOptions): string | undefined {
  const { book, base, certificate, publicUrl } = options
  if (base !== '' && publicUrl !== undefined && new URL(publicUrl).pathname === '/')
    return `Links begin with ${relayAt(publicUrl)}/ because --public-url has no path. If the proxy serves this relay at ${base}/, add the path to --public-url.`
  const addresses = book.list()
  if (!certificate || publicUrl !== undefined || !addresses.some(isOutside)) return undefined
  if (covered(addresses, certificate).some(({ at }) => isOutside(at))) return undefined
  return certificate.authority
    ? 'This machine has no private address, and its CA is for private addresses only. Use your own certificate with --cert and --key.'
    : 'The certificate matches no address of this machine. Give the address for viewers with --public-url.'
}

/** Links to a session: the public address first, then the addresses that most likely work on a phone. */
export function viewerLinks(options: LinkOptions, session: string): ViewerUrl[] {
  const { port, base, viewerKey: key, publicUrl } = options
  const link = (relay: string): string => formatLink({ relay, session, key })
  const own = reachableAt(options).map(({ scheme, at: { name, address, reach } }): ViewerUrl => ({
    name,
    url: link(`${scheme}://${bracketed(address)}:${port}${base}`),
    reach,
  }))
  if (publicUrl === undefined) return own
  return [{ name: 'public', url: link(relayAt(publicUrl)), reach: 'internet' }, ...own]
}

/**
 * The page that explains how to trust the local CA; `undefined` without one. It is plain http, because a device
 * that does not trust the CA yet shows a warning on https. Therefore it contains no key, no session and no secret.
 */
export function setUpLink({ book, port, base, certificate }: LinkOptions): string | undefined {
  if (!certificate?.authority) return undefined
  const found = covered(book.list(), certificate)
  const near = found.find(({ at }) => isOutside(at)) ?? found[0]
  return near && `http://${bracketed(near.at.address)}:${port}${base}/setup`
}

/** The address that hosts show as this machine's. */
export function localIp(book: AddressBook): string {
  return book.list().find(({ address }) => isIP(address))?.address ?? '127.0.0.1'
}
