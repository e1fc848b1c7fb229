import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { lanAddresses, reachableAddresses } from './addresses.ts'

const info = (address: string, internal = false) =>
  ({
    address,
    internal,
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
