import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { issue, type KeyedCertificate, makeAuthority } from './certificates.ts'
import { createSyncServer, type SyncServer } from '../index.ts'
import { openCertificate } from './own-certificate.ts'
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

describe('a certificate of one’s own', () => {
  let server: SyncServer
  afterEach(() => server.stop())

  it('is served, and plain http leads to it', async () => {
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

describe('certificate files', () => {
  it('are read again, and a half-written renewal changes nothing', async () => {
    const files = await put(['show.test'])
    const identity = await openCertificate({ ...files, warn })
    expect(await identity.refresh()).toBe(false)
    await put(['new.test'])
    expect(await identity.refresh()).toBe(true)
    expect(identity.covers('new.test')).toBe(true)
    expect(identity.covers('show.test')).toBe(false)
    const { current } = identity
    await writeFile(files.key, 'half')
    expect(await identity.refresh()).toBe(false)
    expect(await identity.refresh()).toBe(false)
    expect(identity.current).toBe(current)
    expect(warnings).toEqual([expect.stringContaining('is no private key in PEM form')])
    await put(['third.test'])
    expect(await identity.refresh()).toBe(true)
  })

  it('say when they have expired', async () => {
    await openCertificate({ ...(await put(['a.test'], Date.now() - 500 * DAY_MS)), warn })
    expect(warnings).toEqual([expect.stringContaining('has expired')])
  })

  it.each<[string, (files: { cert: string; key: string }) => Promise<unknown>, string]>([
    ['a missing file', ({ cert }) => rm(cert), 'cert.pem cannot be read (ENOENT).'],
    [
      'what is no certificate',
      ({ cert }) => writeFile(cert, 'x'),
      'is no certificate in PEM form.',
    ],
    ['what is no key', ({ key }) => writeFile(key, 'x'), 'is no private key in PEM form.'],
    [
      'a locked key',
      ({ key }) => writeFile(key, '-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n'),
      'is locked by a passphrase. Give one without.',
    ],
    [
      'the key of another',
      async ({ key }) => writeFile(key, (await issue(ca, { names: ['a.test'], now: 0 })).key),
      'is not the key of --cert',
    ],
    [
      'the two exchanged',
      async ({ cert, key }) => {
        const text = await readFile(cert, 'utf8')
        await writeFile(cert, await readFile(key, 'utf8'))
        await writeFile(key, text)
      },
      'is no certificate in PEM form.',
    ],
  ])('that are %s are told in one line', async (_, spoil, text) => {
    const files = await put(['show.test'])
    await spoil(files)
    const problem = await openCertificate({ ...files, warn }).catch(({ message }: Error) => message)
    expect(problem).toMatch(/^\[vue-sync\] --(?:cert|key) /)
    expect(problem).toContain(text)
    expect(String(problem).split('\n')).toHaveLength(1)
  })
})
