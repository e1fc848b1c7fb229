import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issue, type KeyedCertificate, makeAuthority } from './certificates.ts'
import { loadX509Library, type X509Library } from './x509-library.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 24 * 60 * 60 * 1000
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

let library: X509Library
let ca: KeyedCertificate
let dir: string

beforeAll(async () => {
  library = await loadX509Library()
  ca = await makeAuthority({ hostname: 'laptop', now: Date.now() })
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-stolen-'))
  await writeFile(join(dir, 'ca.pem'), ca.cert)
})
afterAll(() => rm(dir, { recursive: true }))

interface Wanted {
  cn?: string
  usages?: string[]
  names?: { type: 'dns' | 'email' | 'url' | 'ip'; value: string }[]
}

/** Signs whatever a thief with the CA's key would like to have. */
async function sign({ cn = 'thief', usages, names }: Wanted): Promise<KeyedCertificate> {
  const { x509 } = library
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const issuer = new x509.X509Certificate(ca.cert)
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [cn] }],
    issuer: issuer.subjectName,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey(
      'pkcs8',
      x509.PemConverter.decodeFirst(ca.key),
      ALGORITHM,
      false,
      ['sign'],
    ),
    signingAlgorithm: ALGORITHM,
    extensions: [
      ...(usages ? [new x509.ExtendedKeyUsageExtension(usages)] : []),
      ...(names ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  })
  const key = x509.PemConverter.encode(
    await crypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  )
  return { cert: certificate.toString('pem'), key }
}

const USAGE = {
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
  email: '1.3.6.1.5.5.7.3.4',
}

/** What OpenSSL says about a certificate for a purpose. */
async function verify({ cert }: KeyedCertificate, ...args: string[]): Promise<string> {
  const file = join(dir, 'leaf.pem')
  await writeFile(file, cert)
  const { stdout, stderr } = spawnSync(
    'openssl',
    ['verify', ...args, '-CAfile', join(dir, 'ca.pem'), file],
    { encoding: 'utf8' },
  )
  return /: OK$/m.test(stdout) ? 'OK' : (/lookup: (.*)$/m.exec(stderr)?.[1] ?? stderr)
}

describe.skipIf(!hasOpenssl)(
  'OpenSSL, asked about what a thief signs with the key of the CA',
  () => {
    it('accepts the relay’s own certificate for servers, and for nothing else', async () => {
      const leaf = await issue(ca, { names: ['192.168.1.5', 'laptop.local'], now: Date.now() })
      expect(await verify(leaf, '-purpose', 'sslserver')).toBe('OK')
      for (const purpose of ['sslclient', 'smimesign', 'smimeencrypt'])
        expect([purpose, await verify(leaf, '-purpose', purpose)]).not.toContain('OK')
    })

    it.each<[string, string, Wanted]>([
      ['a client certificate', 'sslclient', { usages: [USAGE.client] }],
      ['a certificate without a purpose, for a client', 'sslclient', {}],
      [
        'an S/MIME certificate',
        'smimesign',
        { usages: [USAGE.email], names: [{ type: 'email', value: 'ceo@example.com' }] },
      ],
      [
        'an S/MIME certificate without a purpose',
        'smimesign',
        { names: [{ type: 'email', value: 'ceo@example.com' }] },
      ],
      ['an S/MIME certificate, to encrypt', 'smimeencrypt', {}],
      ['a certificate with a common name only, for a client', 'sslclient', { cn: 'example.com' }],
    ])('refuses %s', async (_, purpose, wanted) => {
      expect(await verify(await sign(wanted), '-purpose', purpose)).not.toBe('OK')
    })

    it.each<[string, Wanted]>([
      ['an e-mail address', { names: [{ type: 'email', value: 'ceo@example.com' }] }],
      [
        'an e-mail address beside a private name',
        {
          names: [
            { type: 'dns', value: 'a.local' },
            { type: 'email', value: 'a@a.local' },
          ],
        },
      ],
      ['a URI', { names: [{ type: 'url', value: 'https://example.com/' }] }],
      ['a public name', { names: [{ type: 'dns', value: 'example.com' }] }],
      ['a public address', { names: [{ type: 'ip', value: '8.8.8.8' }] }],
      ['a public name as common name only', { cn: 'example.com' }],
    ])('refuses a server certificate for %s', async (_, wanted) => {
      const leaf = await sign({ usages: [USAGE.server], ...wanted })
      expect(await verify(leaf, '-purpose', 'sslserver')).toContain('permitted subtree violation')
    })
  },
)

describe('a TLS server that lets in clients with a certificate of the CA', () => {
  async function verdict(client: KeyedCertificate): Promise<string> {
    const own = await issue(ca, { names: ['127.0.0.1'], now: Date.now() })
    const server = createServer({
      ...own,
      ca: ca.cert,
      requestCert: true,
      rejectUnauthorized: false,
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const arrived = once(server, 'secureConnection')
    const socket = connect({ port, host: '127.0.0.1', ca: ca.cert, ...client })
    socket.on('error', () => {})
    const [peer] = (await arrived) as [{ authorized: boolean; authorizationError: unknown }]
    socket.destroy()
    server.close()
    return peer.authorized ? 'authorized' : String(peer.authorizationError)
  }

  it.each<[string, Wanted]>([
    ['says that it is for clients', { usages: [USAGE.client] }],
    ['states no purpose', {}],
  ])('refuses a client whose certificate %s', async (_, wanted) => {
    expect(await verdict(await sign(wanted))).toBe('INVALID_PURPOSE')
  })
})
