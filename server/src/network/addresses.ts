import { isIP } from 'node:net'
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os'
import type { Reach } from '@vue-sync/vue/protocol'
import { currentPlace, type Place } from './place.ts'
import { isLoopback, isPrivateName, isWithin } from './private-networks.ts'

export interface LanAddress {
  /** The interface's name, e.g. `wlan0`. */
  name: string
  /** An address without brackets, or a host name. */
  address: string
  reach: Reach
}

export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>

const LOOPBACK: LanAddress = { name: 'this machine', address: '127.0.0.1', reach: 'machine' }
/** Bridges, tunnels and containers, which a phone on the Wi-Fi cannot reach. */
const VIRTUAL =
  /^(?:docker|podman|br-|bridge1\d\d|veth|virbr|vmnet|vboxnet|utun|tun|tap|wg|tailscale|zt|cni|cali|cilium|flannel|lxc|lxdbr|incusbr)|vethernet|virtualbox|vmware|hyper-v|zerotier|openvpn|wireguard|nordlynx/i
/** MAC addresses of the host's side of VirtualBox and VMware networks, whose names say nothing on Windows. */
const VIRTUAL_MAC = /^(?:0a:00:27|00:50:56:c0)/i
/** The network that VirtualBox makes, in which it gives the computer the first address. */
const VIRTUALBOX = '192.168.56.1'
/** Hyper-V, which is the network of WSL unless that mirrors the one of Windows. */
const HYPER_V_MAC = /^00:15:5d/i
/** Not from a manufacturer, as every network of a container that it does not share with its computer. */
const LOCAL_MAC = /^.[26ae]/i
const isHome = isWithin(['192.168.0.0/16'])
const isLinkLocal = isWithin(['169.254.0.0/16'])
/** Addresses between a carrier and its customers, also used by Tailscale; a phone on the Wi-Fi has none of them. */
const isShared = isWithin(['100.64.0.0/10'])
const isLan = isWithin(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'])
/** Such an address needs a zone of the client, which a link cannot contain. */
const needsZone = isWithin(['fe80::/10'])
/** Machines change their IPv6 addresses for privacy and keep old ones for a while. */
const MAX_IPV6 = 2

function isVirtual(name: string, address: string, mac: string, place: Place): boolean {
  if (VIRTUAL.test(name) || isShared(address) || address === VIRTUALBOX) return true
  if (VIRTUAL_MAC.test(mac)) return true
  if (place === 'wsl') return HYPER_V_MAC.test(mac)
  return place === 'container' && LOCAL_MAC.test(mac)
}

function reachOf(name: string, address: string, mac = '', place: Place = 'machine'): Reach {
  if (isLoopback(address)) return 'machine'
  if (isVirtual(name, address, mac, place)) return 'virtual'
  return isLan(address) || isLinkLocal(address) ? 'network' : 'internet'
}

/** Lower values are more likely to work on a phone on the same Wi-Fi. */
function distance({ address, reach }: LanAddress): number {
  const home = isHome(address) ? 0 : 1
  return (
    (reach === 'virtual' ? 16 : 0) +
    (isLinkLocal(address) ? 8 : 0) +
    (isIP(address) === 6 ? 4 : 0) +
    (isLan(address) ? home : 2)
  )
}

/** Keeps the first address of each network, since all of them lead to the same place. */
function withoutTemporary(infos: NetworkInterfaceInfo[]): NetworkInterfaceInfo[] {
  const networks = new Map<string, NetworkInterfaceInfo>()
  for (const info of infos) {
    const network = info.address.split(':').slice(0, 4).join(':')
    if (!networks.has(network)) networks.set(network, info)
  }
  return [...networks.values()].slice(0, MAX_IPV6)
}

/**
 * This machine's addresses. The one that most likely works on a phone comes first, loopback last.
 *
 * @param ipv6 whether the server accepts IPv6
 */
export function lanAddresses(
  interfaces: Interfaces = networkInterfaces(),
  ipv6 = false,
  place: Place = currentPlace(),
): LanAddress[] {
  const outside = Object.entries(interfaces).flatMap(([name, infos = []]) => {
    const usable = infos.filter(({ internal, address }) => !internal && !needsZone(address))
    const v4 = usable.filter(({ family }) => family === 'IPv4')
    const v6 = ipv6 ? withoutTemporary(usable.filter(({ family }) => family === 'IPv6')) : []
    return [...v4, ...v6].map(({ address, mac }) => ({
      name,
      address,
      reach: reachOf(name, address, mac, place),
    }))
  })
  return [...outside.toSorted((a, b) => distance(a) - distance(b)), LOOPBACK]
}

export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === ''
}

/** The addresses of a server bound to `host`: all of this machine's for a wildcard, otherwise that one. */
export function reachableAddresses(host: string, interfaces?: Interfaces): LanAddress[] {
  if (isWildcard(host)) return lanAddresses(interfaces, host !== '0.0.0.0')
  if (host === 'localhost' || host === '127.0.0.1') return [LOOPBACK]
  if (host === '::1') return [{ ...LOOPBACK, address: host }]
  const known = lanAddresses(interfaces, true).find(({ address }) => address === host)
  if (known) return [known]
  return [{ name: 'as bound', address: host, reach: isIP(host) ? reachOf('', host) : 'network' }]
}

/**
 * Puts the address first that the operator chose for the code. The machine itself may not have it: in a container, or
 * behind a router.
 */
export function preferAddress(addresses: LanAddress[], chosen: string): LanAddress[] {
  const known = addresses.find(({ address }) => address === chosen)
  const isPublicName = isIP(chosen) === 0 && chosen.includes('.') && !isPrivateName(chosen)
  const reach = isIP(chosen) > 0 ? reachOf('', chosen) : isPublicName ? 'internet' : 'network'
  const first = known ?? { name: 'as chosen', address: chosen, reach }
  return [first, ...addresses.filter((entry) => entry !== known)]
}

/** An address as a URL contains it: IPv6 in brackets. */
export function bracketed(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address
}
