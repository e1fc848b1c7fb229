import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import { issue, type KeyedCertificate, makeAuthority } from './certificates.ts'

const DAY_MS = 24 * 60 * 60 * 1000
let ca: KeyedCertificate
beforeAll(async () => {
  ca = await makeAuthority({ hostname: 'laptop.example.net', now: Date.now() })
})

/** The result of a real TLS client that connects to a real server with a certificate for `name`. */
async function verdict(name: string): Promise<string> {
  const server = createServer(await issue(ca, { names: [name], now: Date.now() }))
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const isAddress = /^[\d.]+$|:/.test(name)
  const socket = connect({
    port,
    host: '127.0.0.1',
    ca: ca.cert,
    ...(isAddress ? { checkServerIdentity: () => undefined } : { servername: name }),
  })
  const result = await once(socket, 'secureConnect').then(
    () => 'trusted',
    (error: Error) => error.message,
  )
  socket.destroy()
  server.close()
  return result
}

describe('the CA', () => {
  it.each([
    '192.168.1.5',
    '10.1.2.3',
    '172.31.0.1',
    '100.64.0.1',
    '169.254.1.1',
    '127.0.0.1',
    '::1',
    'fd00::2',
    'localhost',
    'laptop.local',
    'laptop.lan',
    'laptop.home.arpa',
    'laptop.internal',
    'laptop.test',
    'laptop.example.net',
  ])('is accepted for %s', async (name) => {
    expect(await verdict(name)).toBe('trusted')
  })

  it.each([
    'example.com',
    'example.net',
    'local.example.com',
    'notlocal',
    '8.8.8.8',
    '172.32.0.1',
    '2001:4860:4860::8888',
  ])('is rejected for %s', async (name) => {
    expect(await verdict(name)).toBe('permitted subtree violation')
  })

  it('does not cover a whole top-level domain when the machine has its name', async () => {
    ca = await makeAuthority({ hostname: 'dev', now: Date.now() })
    expect(await verdict('example.dev')).toBe('permitted subtree violation')
  })

  it('has a name that phones list, and is valid for ten years from yesterday', () => {
    const certificate = new X509Certificate(ca.cert)
    expect(certificate.subject).toContain('CN=vue-sync CA (dev)')
    expect(certificate.ca).toBe(true)
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now() - DAY_MS / 2)
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 3600 * DAY_MS)
  })
})

describe('a certificate that it issues', () => {
  it('is valid briefly enough for phones, and never longer than the CA', async () => {
    const now = Date.now()
    const leaf = new X509Certificate((await issue(ca, { names: ['::1'], now })).cert)
    expect(leaf.ca).toBe(false)
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)).toBeLessThanOrEqual(397 * DAY_MS)
    const late = new X509Certificate(
      (await issue(ca, { names: ['::1'], now: now + 3600 * DAY_MS })).cert,
    )
    expect(late.validTo).toBe(new X509Certificate(ca.cert).validTo)
  })
})
