import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { lanAddresses, preferAddress, reachableAddresses } from './addresses.ts'
import { addressHint } from './place.ts'

const info = (address: string, internal = false) =>
  ({
    address,
    internal,
    mac: '',
    family: address.includes(':') ? 'IPv6' : 'IPv4',
  }) as NetworkInterfaceInfo

const INTERFACES = {
  lo: [info('127.0.0.1', true), info('::1', true)],
  docker0: [info('172.17.0.1')],
  utun3: [info('10.8.0.2')],
  en7: [info('169.254.3.4')],
  ppp0: [info('203.0.113.9')],
  eth1: [info('100.72.1.2')],
  eth0: [info('10.0.0.5'), info('fe80::1')],
  wlan0: [
    info('192.168.1.20'),
    info('2a01:db8:1:2::aa'),
    info('2a01:db8:1:2:8d1:1:2:3'),
    info('fd12:3456:789a:1::5'),
    info('fd12:3456:789a:2::5'),
    info('fe80::2'),
  ],
}
const MACHINE = { name: 'this machine', address: '127.0.0.1', reach: 'machine' }

describe('addresses', () => {
  it('are sorted by how likely they work on a phone, loopback last, with name and reach', () => {
    expect(lanAddresses(INTERFACES)).toEqual([
      { name: 'wlan0', address: '192.168.1.20', reach: 'network' },
      { name: 'eth0', address: '10.0.0.5', reach: 'network' },
      { name: 'ppp0', address: '203.0.113.9', reach: 'internet' },
      { name: 'en7', address: '169.254.3.4', reach: 'network' },
      { name: 'docker0', address: '172.17.0.1', reach: 'virtual' },
      { name: 'utun3', address: '10.8.0.2', reach: 'virtual' },
      { name: 'eth1', address: '100.72.1.2', reach: 'virtual' },
      MACHINE,
    ])
  })

  it('include IPv6 if it is bound: one per network, and none that needs a zone', () => {
    const wifi = lanAddresses(INTERFACES, true).filter(({ name }) => name === 'wlan0')
    expect(wifi).toEqual([
      { name: 'wlan0', address: '192.168.1.20', reach: 'network' },
      { name: 'wlan0', address: 'fd12:3456:789a:1::5', reach: 'network' },
      { name: 'wlan0', address: '2a01:db8:1:2::aa', reach: 'internet' },
    ])
    expect(lanAddresses(INTERFACES, true).map(({ address }) => address)).not.toContain('fe80::1')
  })

  it.each([
    ['Ethernet 3', '192.168.56.1', '0a:00:27:00:00:0c', 'machine'],
    ['Ethernet 4', '192.168.56.1', '', 'machine'],
    ['Ethernet 5', '192.168.99.1', '0a:00:27:00:00:10', 'machine'],
    ['Ethernet 6', '192.168.137.1', '00:50:56:c0:00:08', 'machine'],
    ['eth0', '172.22.64.5', '00:15:5d:1a:2b:3c', 'wsl'],
    ['eth0', '172.18.0.2', '02:42:ac:12:00:02', 'container'],
    ['eth0', '192.168.65.3', '6a:1f:0c:aa:bb:cc', 'container'],
  ] as const)('of virtual network %s (%s, %s on a %s) come last', (name, address, mac, place) => {
    const interfaces = {
      [name]: [{ ...info(address), mac }],
      'Wi-Fi': [{ ...info('192.168.1.20'), mac: '3c:22:fb:00:00:01' }],
    }
    expect(lanAddresses(interfaces, false, place)).toEqual([
      { name: 'Wi-Fi', address: '192.168.1.20', reach: 'network' },
      { name, address, reach: 'virtual' },
      MACHINE,
    ])
  })

  it.each([
    // A virtual server of Hyper-V, WSL that mirrors the network of Windows, and a container with the network of its computer.
    ['00:15:5d:1a:2b:3c', 'machine'],
    ['3c:22:fb:00:00:01', 'wsl'],
    ['3c:22:fb:00:00:01', 'container'],
    // Phones and laptops change their addresses on Wi-Fi.
    ['6a:1f:0c:aa:bb:cc', 'machine'],
  ] as const)('of a network card with %s on a %s are for phones', (mac, place) => {
    const interfaces = { eth0: [{ ...info('192.168.1.20'), mac }] }
    expect(lanAddresses(interfaces, false, place)[0]!.reach).toBe('network')
  })

  it('have the chosen one first, also if the machine does not have it', () => {
    const all = lanAddresses(INTERFACES)
    const eth0 = { name: 'eth0', address: '10.0.0.5', reach: 'network' }
    expect(preferAddress(all, '10.0.0.5')).toEqual([
      eth0,
      ...all.filter(({ name }) => name !== 'eth0'),
    ])
    for (const [address, reach] of [
      ['192.168.7.7', 'network'],
      ['203.0.113.5', 'internet'],
      ['laptop.local', 'network'],
      ['laptop', 'network'],
      ['show.example.com', 'internet'],
    ])
      expect(preferAddress(all, address!)).toEqual([{ name: 'as chosen', address, reach }, ...all])
  })

  it('come with a hint in WSL and containers if phones can reach none of them', () => {
    expect(addressHint(['virtual', 'machine'], 'wsl')).toContain('networkingMode=mirrored')
    expect(addressHint(['virtual', 'machine'], 'container')).toContain('--address')
    expect(addressHint(['virtual', 'machine'], 'machine')).toBeUndefined()
    expect(addressHint(['network', 'virtual', 'machine'], 'wsl')).toBeUndefined()
    expect(addressHint(['machine'], 'wsl')).toBeUndefined()
  })

  it('are only loopback on a machine without a network', () => {
    expect(lanAddresses({})).toEqual([MACHINE])
  })

  it('depend on the bound address', () => {
    expect(reachableAddresses('0.0.0.0', INTERFACES)).toEqual(lanAddresses(INTERFACES))
    expect(reachableAddresses('::', INTERFACES)).toEqual(lanAddresses(INTERFACES, true))
    expect(reachableAddresses('10.0.0.5', INTERFACES)).toEqual([
      { name: 'eth0', address: '10.0.0.5', reach: 'network' },
    ])
    expect(reachableAddresses('localhost', INTERFACES)).toEqual([MACHINE])
    expect(reachableAddresses('fd99::1', INTERFACES)).toEqual([
      { name: 'as bound', address: 'fd99::1', reach: 'network' },
    ])
  })
})
