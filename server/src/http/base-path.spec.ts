import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '../index.ts'
import { ask, type Client, connect } from '../../test/client.ts'

let server: SyncServer
afterEach(() => server.stop())

async function start(options: SyncServerOptions = {}): Promise<void> {
  const viewerDir = await mkdtemp(join(tmpdir(), 'vue-sync-viewer-'))
  await writeFile(join(viewerDir, 'index.html'), 'the viewer')
  await writeFile(join(viewerDir, 'app.js'), 'code')
  server = createSyncServer({ port: 0, host: '127.0.0.1', base: '/sync', viewerDir, ...options })
  await server.start()
}

const isIn = async (client: Client) => client.until(({ type }) => type === 'status')

const JSON_TYPE = { 'content-type': 'application/json' }
const redeem = (path: string, code: string, headers = {}) =>
  ask(server, path, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify({ code }),
  })

it('serves everything below the base, and nothing else outside of it', async () => {
  await start({ admin: true })
  expect(await ask(server, '/sync/')).toMatchObject({ status: 200, body: 'the viewer' })
  expect(await ask(server, '/sync/app.js')).toMatchObject({ status: 200, body: 'code' })
  expect(JSON.parse((await ask(server, '/sync/status')).body)).toMatchObject({ running: true })
  expect((await ask(server, '/sync/setup')).body).toContain('href="./"')
  expect((await ask(server, '/sync/trusted')).status).toBe(204)
  const auth = { authorization: `Bearer ${server.hostKey}` }
  expect((await ask(server, '/sync/admin/sessions', { headers: auth })).status).toBe(200)
  const outside = ['/', '/app.js', '/status', '/setup', '/s/show', '/synced/', '/sync2', '//sync/']
  for (const path of [...outside, '/admin/sessions', '/other/sync/'])
    expect([path, (await ask(server, path, { headers: auth })).status]).toEqual([path, 404])
})

it('answers health probes at the root and below the base', async () => {
  await start()
  for (const path of ['/healthz', '/readyz', '/sync/healthz', '/sync/readyz'])
    expect([path, (await ask(server, path)).body]).toEqual([path, 'ok'])
})

it('redirects the base without its last slash into the base', async () => {
  await start()
  expect(await ask(server, '/sync')).toMatchObject({ status: 308, headers: { location: '/sync/' } })
  expect((await ask(server, '/sync?pair&a=?b')).headers.location).toBe('/sync/?pair&a=?b')
  expect((await ask(server, '/sync', { method: 'POST' })).status).toBe(404)
})

it('redirects the page of a session to the page whose relative addresses are right', async () => {
  for (const base of ['/', '/sync']) {
    await start({ base })
    const at = base === '/' ? '' : base
    for (const [path, location] of [
      ['/s/show', '../?s=show'],
      ['/s/show/?kiosk', '../../?s=show&kiosk'],
    ] as const) {
      const answer = await ask(server, at + path)
      expect(answer).toMatchObject({ status: 307, headers: { location } })
      expect(new URL(location, `http://h${at}${path}`).pathname).toBe(`${at}/`)
    }
    expect((await ask(server, `${at}/s/a/b`)).status).toBe(404)
    await server.stop()
  }
})

it('has its sockets below the base only, and names the base to the others', async () => {
  await start()
  const host = await connect(server, 'host', { path: '/sync/s/show' })
  const status = await host.until(({ type }) => type === 'status')
  const { port } = server.getStatus()
  expect(status.payload['viewerUrls']).toEqual([
    {
      name: 'this machine',
      url: `http://127.0.0.1:${port}/sync/#s=show&k=${server.viewerKey}`,
      reach: 'machine',
    },
  ])
  await isIn(await connect(server, 'viewer', { path: '/sync/' }))
  // A program that leaves out the last slash means the same session.
  await isIn(await connect(server, 'viewer', { path: '/sync' }))
  for (const path of ['/', '/s/show', '/sync/other', '/other/s/show', '/sync/sync/s/show']) {
    const { code, reason } = await (await connect(server, 'viewer', { path })).closed
    expect([path, code, reason]).toEqual([
      path,
      4404,
      'No session at this path: use /sync/ or /sync/s/NAME',
    ])
  }
})

it('redeems codes below the base, with the same checks of host name and page', async () => {
  await start()
  const code = server.pairCode('show')
  expect((await redeem('/pair', code)).status).toBe(404)
  const evil = { origin: 'https://evil.example' }
  expect(await redeem('/sync/pair', code, evil)).toMatchObject({ status: 403 })
  const foreign = await ask(server, '/sync/pair', { method: 'POST', host: 'evil.example' })
  expect([foreign.status, foreign.body]).toEqual([421, '{"error":"unknown_host"}'])
  for (const path of ['/sync', '/elsewhere'])
    expect((await ask(server, path, { host: 'evil.example' })).status).toBe(421)
  const answer = await redeem('/sync/pair', code)
  expect(JSON.parse(answer.body)).toMatchObject({ session: 'show' })
})

it('keeps the base with TLS: in the redirect, in the set-up page and in its links', async () => {
  const caDir = await mkdtemp(join(tmpdir(), 'vue-sync-ca-'))
  await start({ https: true, caDir, allowedHosts: ['lan.test'] })
  const { port } = server.getStatus()
  expect(server.setUpUrl()).toBe(`http://127.0.0.1:${port}/sync/setup`)
  for (const [path, home] of [
    ['/sync/setup', './'],
    ['/sync/', './'],
    ['/sync/s/show', '../'],
  ] as const) {
    const { body } = await ask(server, path, { host: 'lan.test' })
    expect(body).toContain(`data-probe="https://127.0.0.1:${port}/sync/trusted"`)
    expect(body).toContain(`href="${home}ca.crt"`)
  }
  expect((await ask(server, '/sync/ca.crt')).status).toBe(200)
  expect((await ask(server, '/ca.crt')).status).toBe(404)
})

it('refuses a base that is not one, and names the option', () => {
  expect(() => createSyncServer({ base: '/a b' })).toThrow('base must be a path like /sync')
  server = createSyncServer()
})
