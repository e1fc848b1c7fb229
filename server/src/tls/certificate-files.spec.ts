import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { issue, type KeyedCertificate, makeAuthority } from './certificates.ts'
import { createSyncServer, type SyncServer } from '../index.ts'
import { openCertificateFiles } from './certificate-files.ts'
import { ask, connect } from '../../test/client.ts'

const DAY_MS = 24 * 60 * 60 * 1000
let dir: string
let ca: KeyedCertificate
let warnings: string[]
const warn = (text: string) => void warnings.push(text)

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-cert-'))
  ca = await makeAuthority({ hostname: 'laptop', now: Date.now() })
  warnings = []
})
afterEach(() => rm(dir, { recursive: true }))

async function put(names: string[], now = Date.now()): Promise<{ cert: string; key: string }> {
  const made = await issue(ca, { names, now })
  const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') }
  await Promise.all([writeFile(files.cert, made.cert), writeFile(files.key, made.key)])
  return files
}

describe('a server with its own certificate', () => {
  let server: SyncServer
  afterEach(() => server.stop())

  it('serves it, and redirects plain http', async () => {
    const files = await put(['show.test', '127.0.0.1', 'other.test'])
    server = createSyncServer({ port: 0, host: '127.0.0.1', open: true, ...files })
    await server.start()
    const { port } = server.getStatus()
    expect((await ask(server, '/status', { ca: ca.cert, host: 'show.test' })).status).toBe(200)
    const viewer = await connect(server, 'viewer', { ca: ca.cert })
    await viewer.close()
    const { status, headers } = await ask(server, '/s/a?b=1', { host: 'show.test' })
    expect([status, headers.location]).toEqual([308, `https://show.test:${port}/s/a?b=1`])
    expect((await ask(server, '/ca.crt', { ca: ca.cert })).status).toBe(404)
    expect(server.authority()).toBeUndefined()
    expect(server.viewerUrls()).toEqual([
      { name: 'certificate', url: `https://show.test:${port}/`, reach: 'network' },
      { name: 'certificate', url: `https://other.test:${port}/`, reach: 'network' },
      { name: 'this machine', url: `http://127.0.0.1:${port}/`, reach: 'machine' },
    ])
  })
})

describe('a page that is served with its own certificate', () => {
  let server: SyncServer
  afterEach(() => server.stop())

  it('is for https only from then on, but not under a name that other servers of a developer share', async () => {
    await writeFile(join(dir, 'index.html'), '')
    const files = await put(['show.test', '127.0.0.1', 'localhost'])
    server = createSyncServer({ port: 0, host: '127.0.0.1', viewerDir: dir, ...files })
    await server.start()
    const strict = async (host: string, isSecure = true) => {
      const { headers } = await ask(server, '/', { host, ...(isSecure && { ca: ca.cert }) })
      return headers['strict-transport-security']
    }
    expect(await strict('show.test')).toBe('max-age=2592000')
    expect(await strict('localhost')).toBeUndefined()
    expect(await strict('localhost', false)).toBeUndefined()
    expect(await strict('show.test', false)).toBeUndefined()
  })
})

describe('certificate files', () => {
  it('are read again, and a half-written renewal changes nothing', async () => {
    const files = await put(['show.test'])
    const certificate = await openCertificateFiles({ ...files, warn })
    expect(await certificate.refresh()).toBe(false)
    await put(['new.test'])
    expect(await certificate.refresh()).toBe(true)
    expect(certificate.covers('new.test')).toBe(true)
    expect(certificate.covers('show.test')).toBe(false)
    const { current } = certificate
    await writeFile(files.key, 'half')
    expect(await certificate.refresh()).toBe(false)
    expect(await certificate.refresh()).toBe(false)
    expect(certificate.current).toBe(current)
    expect(warnings).toEqual([expect.stringContaining('is not a private key in PEM format')])
    await put(['third.test'])
    expect(await certificate.refresh()).toBe(true)
  })

  it('cause a warning when they have expired', async () => {
    await openCertificateFiles({ ...(await put(['a.test'], Date.now() - 500 * DAY_MS)), warn })
    expect(warnings).toEqual([expect.stringContaining('has expired')])
  })

  it.each<[string, (files: { cert: string; key: string }) => Promise<unknown>, string]>([
    ['a missing file', ({ cert }) => rm(cert), 'cert.pem cannot be read (ENOENT).'],
    [
      'a file that is not a certificate',
      ({ cert }) => writeFile(cert, 'x'),
      'is not a certificate in PEM format.',
    ],
    [
      'a file that is not a key',
      ({ key }) => writeFile(key, 'x'),
      'is not a private key in PEM format.',
    ],
    [
      'a locked key',
      ({ key }) => writeFile(key, '-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n'),
      'is protected by a passphrase. Use a key without one.',
    ],
    [
      'the key of another',
      async ({ key }) => writeFile(key, (await issue(ca, { names: ['a.test'], now: 0 })).key),
      'does not belong to --cert',
    ],
    [
      'the two exchanged',
      async ({ cert, key }) => {
        const text = await readFile(cert, 'utf8')
        await writeFile(cert, await readFile(key, 'utf8'))
        await writeFile(key, text)
      },
      'is not a certificate in PEM format.',
    ],
  ])('are reported in one line: %s', async (_, spoil, text) => {
    const files = await put(['show.test'])
    await spoil(files)
    const problem = await openCertificateFiles({ ...files, warn }).catch(
      ({ message }: Error) => message,
    )
    expect(problem).toMatch(/^\[vue-sync\] --(?:cert|key) /)
    expect(problem).toContain(text)
    expect(String(problem).split('\n')).toHaveLength(1)
  })
})
