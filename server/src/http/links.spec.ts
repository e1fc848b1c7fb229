import { describe, expect, it } from 'vitest'
import { createAddressBook } from '../network/address-book.ts'
import { checkOptions } from '../check-options.ts'
import { issueLocalCertificate } from '../tls/local-ca-certificate.ts'
import { makeAuthority } from '../tls/certificates.ts'
import type { ServerCertificate } from '../tls/server-certificate.ts'
import { linkProblem, type LinkOptions, setUpLink, viewerLinks } from './links.ts'

const address = (text: string) => ({ address: text, family: 'IPv4', internal: false })
const book = createAddressBook({
  host: '0.0.0.0',
  hostname: 'laptop',
  interfaces: () => ({ wlan0: [address('192.168.1.5')], tun0: [address('100.64.0.5')] }) as never,
})

async function local(): Promise<ServerCertificate> {
  const now = Date.now()
  return issueLocalCertificate({
    authority: {
      ...(await makeAuthority({ hostname: 'laptop', now })),
      hostname: 'laptop',
      name: '',
      der: Buffer.of(),
      fingerprint: '',
      thumbprint: '',
      file: '',
    },
    hostname: 'laptop',
    addresses: () => book.list().map((at) => at.address),
    now: () => now,
  })
}

const fromFiles = (...valid: string[]): ServerCertificate => ({
  current: { cert: '', key: '' },
  authority: undefined,
  names: () => valid,
  covers: (host) => valid.includes(host),
  refresh: async () => false,
})

const make = (
  certificate: ServerCertificate | undefined,
  publicUrl?: string,
  base = '',
): LinkOptions => ({
  book,
  port: 9876,
  base,
  viewerKey: 'KEY',
  publicUrl,
  certificate,
})

describe('the links of a relay with https', () => {
  it.each<[string, () => Promise<ServerCertificate> | ServerCertificate]>([
    ['its own CA', local],
    ['a certificate for one name', () => fromFiles('show.test')],
    ['a certificate for no name of this machine', () => fromFiles()],
  ])('contain a key only over https or within this machine: %s', async (_, open) => {
    const urls = viewerLinks(make(await open(), 'https://show.example.com'), 'show').map(
      ({ url }) => url,
    )
    expect(urls.length).toBeGreaterThan(1)
    for (const url of urls) {
      expect(url).toContain('k=KEY')
      expect(url).toMatch(/^https:\/\/|^http:\/\/127\.0\.0\.1:/)
    }
  })

  it('are for this computer only where the certificate is for localhost', () => {
    const certificate = { ...fromFiles('localhost', '192.168.1.5'), isTlsOnly: true }
    const reaches = viewerLinks(make(certificate), 'default').map(({ url, reach }) => [
      new URL(url).hostname,
      reach,
    ])
    expect(reaches).toContainEqual(['localhost', 'machine'])
    expect(reaches).toContainEqual(['192.168.1.5', 'network'])
  })

  it('exist without any network, because the terminal and its key `o` use the first one', () => {
    const alone = createAddressBook({ host: '0.0.0.0', hostname: 'laptop', interfaces: () => ({}) })
    for (const certificate of [undefined, fromFiles(), fromFiles('show.test')]) {
      const links = viewerLinks({ ...make(certificate), book: alone }, 'show')
      expect(links).not.toEqual([])
      expect(links.map(({ reach }) => reach)).toContain('machine')
    }
  })

  it('do not lead to a public address on plain http', () => {
    for (const tls of [{ https: true }, { cert: 'c.pem', key: 'k.pem' }]) {
      expect(() => checkOptions({ ...tls, publicUrl: 'http://show.example.com' })).toThrow(
        'publicUrl must begin with https:// because this relay has https',
      )
      expect(() => checkOptions({ ...tls, publicUrl: 'http://localhost:8080' })).not.toThrow()
    }
    expect(() => checkOptions({ publicUrl: 'http://show.example.com' })).not.toThrow()
  })
})

describe('the link for set-up', () => {
  it('is plain http, and contains no key and no session', async () => {
    expect(setUpLink(make(await local()))).toBe('http://192.168.1.5:9876/setup')
  })

  it('exists only where devices must trust a CA of this machine', () => {
    expect(setUpLink(make(undefined))).toBeUndefined()
    expect(setUpLink(make(fromFiles('show.test')))).toBeUndefined()
  })
})

describe('the links of a relay with a base path', () => {
  const urlsOf = (options: LinkOptions, session: string): string[] =>
    viewerLinks(options, session).map(({ url }) => url)

  it('have it at each address of the machine', async () => {
    expect(urlsOf(make(undefined, undefined, '/sync'), 'show')).toEqual([
      'http://192.168.1.5:9876/sync/#s=show&k=KEY',
      'http://100.64.0.5:9876/sync/#s=show&k=KEY',
      'http://127.0.0.1:9876/sync/#s=show&k=KEY',
    ])
    expect(setUpLink(make(await local(), undefined, '/sync'))).toBe(
      'http://192.168.1.5:9876/sync/setup',
    )
  })

  it.each([
    ['https://example.com', '', 'https://example.com/#k=KEY'],
    ['https://example.com/sync', '', 'https://example.com/sync/#k=KEY'],
    ['https://example.com/sync/', '/sync', 'https://example.com/sync/#k=KEY'],
    ['https://example.com/live/', '/sync', 'https://example.com/live/#k=KEY'],
    ['https://example.com', '/sync', 'https://example.com/#k=KEY'],
  ])('have the path of the public URL %s with the base %j', (publicUrl, base, url) => {
    expect(urlsOf(make(undefined, publicUrl, base), 'default')[0]).toBe(url)
  })

  it('come with a warning when the public URL has no path', () => {
    expect(linkProblem(make(undefined, 'https://example.com', '/sync'))).toContain(
      'If the proxy serves this relay at /sync/, add the path to --public-url.',
    )
    expect(linkProblem(make(undefined, 'https://example.com/sync', '/sync'))).toBeUndefined()
    expect(linkProblem(make(undefined, 'https://example.com', ''))).toBeUndefined()
  })
})
