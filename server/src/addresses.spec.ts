import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { lanAddresses, reachableAddresses } from './addresses.ts'

const info = (address: string, internal = false, family = 'IPv4') =>
  ({ address, internal, family }) as NetworkInterfaceInfo

const INTERFACES = {
  lo: [info('127.0.0.1', true)],
  docker0: [info('172.17.0.1')],
  utun3: [info('10.8.0.2')],
  en7: [info('169.254.3.4')],
  ppp0: [info('203.0.113.9')],
  eth0: [info('10.0.0.5'), info('fe80::1', false, 'IPv6')],
  wlan0: [info('192.168.1.20')],
}

describe('addresses', () => {
  it('come with the likeliest for a phone first, loopback last, all named', () => {
    expect(lanAddresses(INTERFACES)).toEqual([
      { name: 'wlan0', address: '192.168.1.20' },
      { name: 'eth0', address: '10.0.0.5' },
      { name: 'ppp0', address: '203.0.113.9' },
      { name: 'en7', address: '169.254.3.4' },
      { name: 'docker0', address: '172.17.0.1' },
      { name: 'utun3', address: '10.8.0.2' },
      { name: 'this machine', address: '127.0.0.1' },
    ])
  })

  it('are loopback alone on a machine without a network', () => {
    expect(lanAddresses({})).toEqual([{ name: 'this machine', address: '127.0.0.1' }])
  })

  it('follow the address that was bound', () => {
    const all = lanAddresses(INTERFACES)
    expect(reachableAddresses('0.0.0.0', all)).toEqual(all)
    expect(reachableAddresses('10.0.0.5', all)).toEqual([{ name: 'eth0', address: '10.0.0.5' }])
    expect(reachableAddresses('localhost', all)[0]!.address).toBe('127.0.0.1')
    expect(reachableAddresses('fe80::1', all)).toEqual([{ name: 'as bound', address: '[fe80::1]' }])
  })
})
