import { BlockList, isIP } from 'node:net'

/**
 * Networks that belong to nobody on the internet. The local CA issues certificates only for these and for
 * `PRIVATE_DOMAINS`, so that a phone that trusts it cannot be intercepted anywhere else.
 */
export const PRIVATE_NETWORKS = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
] as const

/** A name that ends in one of these is private. */
export const PRIVATE_DOMAINS = [
  'local',
  'localhost',
  'lan',
  'home.arpa',
  'internal',
  'test',
] as const

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address, prefix] = network.split('/') as [string, string]
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Whether an address, without brackets or zone, is in one of `networks`. */
export function isWithin(networks: readonly string[]): (address: string) => boolean {
  const list = listOf(networks)
  return (address) => {
    const family = isIP(address)
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }
}

export const isPrivateAddress = isWithin(PRIVATE_NETWORKS)
export const isLoopback = isWithin(['127.0.0.0/8', '::1/128'])

export function isPrivateName(name: string): boolean {
  return PRIVATE_DOMAINS.some((domain) => name === domain || name.endsWith(`.${domain}`))
}

/**
 * Whether the local CA may also issue certificates for this machine's own name. A name without a dot is not allowed:
 * a name constraint covers all names below it, so a machine called `dev` could sign for all of `.dev`.
 */
export function isOwnName(hostname: string): boolean {
  return /^(?=.{1,253}$)[a-z\d-]+(?:\.[a-z\d-]+)+$/.test(hostname) && !isPrivateName(hostname)
}

/** Turns an IPv4-mapped IPv6 address (`::ffff:10.0.0.1`), which dual-stack sockets report, into IPv4. */
export function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
