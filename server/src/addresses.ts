import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os'

export interface LanAddress {
  /** The interface's name, e.g. `wlan0`. */
  name: string
  address: string
}

const LOOPBACK: LanAddress = { name: 'this machine', address: '127.0.0.1' }
/** Bridges, tunnels and containers: a phone on the Wi-Fi does not reach them. */
const VIRTUAL =
  /^(?:docker|br-|veth|virbr|vmnet|vboxnet|utun|tun|tap|wg|tailscale|zt|cni|flannel|lxc)|vethernet/i
const PRIVATE = /^(?:192\.168\.|10\.|172\.(?:1[6-9]|2\d|3[01])\.)/
const LINK_LOCAL = /^169\.254\./

/** Lower is likelier to be reached by a phone on the same Wi-Fi. */
function distance({ name, address }: LanAddress): number {
  const home = address.startsWith('192.168.') ? 0 : 1
  return (
    (VIRTUAL.test(name) ? 8 : 0) +
    (LINK_LOCAL.test(address) ? 4 : 0) +
    (PRIVATE.test(address) ? home : 2)
  )
}

/** This machine's IPv4 addresses, the likeliest for a phone first, loopback last. */
export function lanAddresses(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): LanAddress[] {
  const outside = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => ({ name, address })),
  )
  return [...outside.toSorted((a, b) => distance(a) - distance(b)), LOOPBACK]
}

/** Where a server bound to `host` is reached: everywhere for a wildcard, else there only. */
export function reachableAddresses(host: string, all = lanAddresses()): LanAddress[] {
  if (host === '0.0.0.0' || host === '::' || host === '') return all
  if (host === 'localhost') return [LOOPBACK]
  const name = all.find(({ address }) => address === host)?.name ?? 'as bound'
  return [{ name, address: host.includes(':') ? `[${host}]` : host }]
}
