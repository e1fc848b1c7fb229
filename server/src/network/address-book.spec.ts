import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { type AddressBook, createAddressBook } from './address-book.ts'
import { issueLocalCertificate } from '../tls/local-ca-certificate.ts'
import { makeAuthority } from '../tls/certificates.ts'
import type { ServerCertificate } from '../tls/server-certificate.ts'
import { linkProblem, viewerLinks } from '../http/links.ts'

const info = (address: string) =>
  ({
    address,
    internal: false,
    family: address.includes(':') ? 'IPv6' : 'IPv4',
  }) as NetworkInterfaceInfo

function make(options: { resolve?: (name: string) => Promise<string[]> } = {}) {
  let time = 0
  let addresses = ['192.168.1.5']
  const book = createAddressBook({
    host: '::',
    hostname: 'Laptop.lan',
    interfaces: () => ({ wlan0: addresses.map(info) }),
    now: () => time,
    ...options,
  })
  return {
    book,
    move: (...next: string[]) => {
      addresses = next
      time += 10_000
    },
  }
}
const addressesOf = (book: AddressBook) => book.list().map(({ address }) => address)

describe('an address book', () => {
  it('follows the machine into another network', () => {
    const { book, move } = make()
    expect(addressesOf(book)).toEqual(['192.168.1.5', '127.0.0.1'])
    move('10.0.0.7')
    expect(addressesOf(book)).toEqual(['10.0.0.7', '127.0.0.1'])
  })

  it('lists the machine’s name after its addresses, if the name resolves to it', async () => {
    const { book, move } = make({
      resolve: async (name) => (name === 'laptop.local' ? ['192.168.1.5'] : []),
    })
    await book.findLocalName()
    expect(book.list().slice(1)).toEqual([
      { name: 'by name', address: 'laptop.local', reach: 'network' },
      { name: 'this machine', address: '127.0.0.1', reach: 'machine' },
    ])
    move()
    expect(addressesOf(book)).toEqual(['127.0.0.1'])
  })

  it.each<[string, (name: string) => Promise<string[]>]>([
    ['another machine has it', async () => ['192.168.1.99']],
    ['it is only known to itself', async () => ['127.0.1.1']],
    ['no machine has it', () => Promise.reject(new Error('ENOTFOUND'))],
    ['the lookup never ends', () => new Promise(() => {})],
  ])('leaves the name out when %s', async (_, resolve) => {
    const { book } = make({ resolve })
    await book.findLocalName()
    expect(addressesOf(book)).toEqual(['192.168.1.5', '127.0.0.1'])
  })
})

describe('links when the certificate matches no address', () => {
  const { book } = make()
  const atHost = (host: string) =>
    createAddressBook({ host, interfaces: () => ({ wlan0: [info('192.168.1.5')] }) })
  const certificate: ServerCertificate = {
    current: { cert: '', key: '' },
    authority: undefined,
    names: () => [],
    covers: () => false,
    refresh: async () => false,
  }
  const options = {
    book,
    port: 1,
    base: '',
    viewerKey: undefined,
    publicUrl: undefined,
    certificate,
  }

  it('still exist, with a warning', () => {
    expect(linkProblem(options)).toContain('--public-url')
    expect(linkProblem({ ...options, publicUrl: 'https://a.example' })).toBeUndefined()
    expect(linkProblem({ ...options, book: atHost('127.0.0.1') })).toBeUndefined()
    expect(viewerLinks(options, 'default').map(({ url }) => url)).toEqual(['http://127.0.0.1:1/'])
    expect(viewerLinks({ ...options, book: atHost('192.168.1.5') }, 'default')).toEqual([
      { name: 'wlan0', url: 'https://192.168.1.5:1/', reach: 'network' },
    ])
  })
})

describe('a certificate for the addresses in the book', () => {
  it('is renewed when the machine moves or the certificate is about to expire, and links follow', async () => {
    const { book, move } = make()
    let now = Date.now()
    const authority = await makeAuthority({ hostname: book.hostname, now })
    const certificate = await issueLocalCertificate({
      authority: {
        ...authority,
        hostname: book.hostname,
        name: '',
        der: Buffer.of(),
        fingerprint: '',
        thumbprint: '',
        file: '',
      },
      hostname: book.hostname,
      addresses: () => addressesOf(book),
      now: () => now,
    })
    const links = () =>
      viewerLinks(
        {
          book,
          port: 9876,
          base: '',
          viewerKey: 'k',
          publicUrl: 'https://show.example.com/',
          certificate,
        },
        'default',
      )
    expect(await certificate.refresh()).toBe(false)
    expect(links()).toEqual([
      { name: 'public', url: 'https://show.example.com/#k=k', reach: 'internet' },
      { name: 'wlan0', url: 'https://192.168.1.5:9876/#k=k', reach: 'network' },
      { name: 'this machine', url: 'http://127.0.0.1:9876/#k=k', reach: 'machine' },
    ])
    const first = certificate.current
    // The local CA issues no certificate for a public address.
    move('fd00::7', '2001:db8::7')
    expect(await certificate.refresh()).toBe(true)
    expect(certificate.current).not.toBe(first)
    expect(certificate.covers('192.168.1.5')).toBe(false)
    expect(links().map(({ url }) => url)).toEqual([
      'https://show.example.com/#k=k',
      'https://[fd00::7]:9876/#k=k',
      'http://127.0.0.1:9876/#k=k',
    ])
    now += 380 * 24 * 60 * 60 * 1000
    expect(await certificate.refresh()).toBe(true)
    expect(await certificate.refresh()).toBe(false)
  })
})
