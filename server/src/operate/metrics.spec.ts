import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createHubBackplane } from '../nodes/hub-backplane.ts'
import { createHub } from '../nodes/hub.ts'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '../index.ts'
import { ask, config, connect, session } from '../../test/client.ts'

const servers: SyncServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

async function start(options: SyncServerOptions): Promise<SyncServer> {
  const server = createSyncServer({ port: 0, host: '127.0.0.1', ...options })
  servers.push(server)
  await server.start()
  return server
}

/** The values in the text, by name and labels. */
async function read(server: SyncServer, key?: string): Promise<Map<string, number>> {
  const { status, body, headers } = await ask(server, '/metrics', {
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  })
  expect([status, headers['content-type']]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ])
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const [, name, value] = /^(\S+(?:\{.*\})?) (\S+)$/.exec(line)!
      return [name!, Number(value)]
    }),
  )
}

describe('/metrics', () => {
  it('does not exist unless it is enabled', async () => {
    const server = await start({})
    expect((await ask(server, '/metrics')).status).toBe(404)
  })

  it('counts sessions, clients, messages and refusals', async () => {
    const server = await start({
      metrics: true,
      limits: { viewersPerAddress: 2 },
      warn: () => {},
    })
    const host = await connect(server, 'host')
    const first = session('e', 0, { text: 'x'.repeat(1000) })
    host.send(first)
    host.send(config('e', 1, { at: 1 }))
    const viewer = await connect(server, 'viewer')
    await viewer.until(({ seq }) => seq === 1)
    await connect(server, 'viewer', { path: '/s/other' })
    await (
      await connect(server, 'viewer', { key: 'wrong' })
    ).closed
    await (
      await connect(server, 'viewer')
    ).closed
    const values = await read(server)
    const sent = viewer.frames.map((frame) => Buffer.byteLength(frame))
    expect(Object.fromEntries(values)).toMatchObject({
      vue_sync_sessions: 2,
      vue_sync_hosts: 1,
      vue_sync_viewers: 2,
      vue_sync_received_messages_total: 2,
      vue_sync_viewer_buffered_bytes: 0,
      vue_sync_publish_duration_seconds_count: 2,
      vue_sync_conflations_total: 0,
      vue_sync_backplane_up: 1,
      vue_sync_processes: 1,
      'vue_sync_rejects_total{reason="bad_token"}': 1,
      'vue_sync_rejects_total{reason="busy"}': 1,
      'vue_sync_rejects_total{reason="revoked"}': 0,
    })
    expect(values.get('vue_sync_retained_bytes')).toBeGreaterThan(1000)
    expect(values.get('vue_sync_received_bytes_total')).toBeGreaterThan(1000)
    expect(values.get('vue_sync_sent_bytes_total')).toBeGreaterThanOrEqual(
      sent.reduce((sum, bytes) => sum + bytes, 0),
    )
    for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes'])
      expect(values.has(name)).toBe(true)
    // A second scrape returns current values, not sums.
    await viewer.close()
    const back = await connect(server, 'viewer', { position: { epoch: 'e', seq: 0 } })
    await back.until(({ seq }) => seq === 1)
    expect(Object.fromEntries(await read(server))).toMatchObject({
      vue_sync_viewers: 2,
      vue_sync_received_messages_total: 2,
      'vue_sync_resumes_total{kind="tail"}': 1,
      'vue_sync_resumes_total{kind="full"}': 0,
    })
  })

  it('separates two relays in one process', async () => {
    const [one, two] = [await start({ metrics: true }), await start({ metrics: true })]
    const host = await connect(one, 'host')
    await host.until(({ type }) => type === 'status')
    expect((await read(one)).get('vue_sync_hosts')).toBe(1)
    expect((await read(two)).get('vue_sync_hosts')).toBe(0)
  })

  it('reports that the other nodes cannot be reached', async () => {
    const hub = createHubBackplane({ hub: createHub() })
    let isHealthy = true
    const backplane = Object.defineProperty(hub, 'isHealthy', { get: () => isHealthy })
    const server = await start({ metrics: true, backplane, hostKey: 'h', viewerKey: 'v' })
    expect((await read(server)).get('vue_sync_backplane_up')).toBe(1)
    isHealthy = false
    expect((await read(server)).get('vue_sync_backplane_up')).toBe(0)
  })
})

describe('access to /metrics', () => {
  it('without a key: only from this machine, under a loopback name and without a proxy', async () => {
    const server = await start({ metrics: true, allowedHosts: ['lan.test'] })
    expect((await ask(server, '/metrics')).status).toBe(200)
    const through = [{ host: 'lan.test' }, { headers: { 'x-forwarded-for': '10.0.0.1' } }]
    for (const options of through) {
      const { status, body } = await ask(server, '/metrics', options)
      expect([status, body]).toEqual([403, expect.stringContaining('--metrics-key')])
    }
    expect((await ask(server, '/metrics', { host: 'evil.example' })).status).toBe(421)
  })

  it('with a key: from any machine, and only with that key', async () => {
    const server = await start({ metricsKey: 'read-only', allowedHosts: ['lan.test'] })
    await read(server, 'read-only')
    const keys = [undefined, 'wrong', server.hostKey, server.viewerKey]
    for (const host of ['lan.test', undefined])
      for (const key of keys) {
        const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {}
        const answer = await ask(server, '/metrics', { headers, ...(host && { host }) })
        expect([answer.status, answer.headers['www-authenticate']]).toEqual([
          401,
          'Bearer realm="vue-sync"',
        ])
        expect(answer.body).not.toContain('vue_sync_')
        expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      }
  })

  it('locks out a client that guesses for a minute, even with the right key', async () => {
    const server = await start({ metricsKey: 'read-only' })
    const tryKey = (key: string) =>
      ask(server, '/metrics', { headers: { authorization: `Bearer ${key}` } })
    for (let guess = 0; guess < 10; guess++) expect((await tryKey(`${guess}`)).status).toBe(401)
    const { status, headers } = await tryKey('read-only')
    expect([status, Number(headers['retry-after'])]).toEqual([429, expect.any(Number)])
  })

  it('not over plain http when there is https', async () => {
    const caDir = await mkdtemp(join(tmpdir(), 'vue-sync-ca-'))
    const allowedHosts = ['lan.test']
    const server = await start({ https: true, caDir, metricsKey: 'read-only', allowedHosts })
    const { status } = await ask(server, '/metrics', {
      host: 'lan.test',
      headers: { authorization: 'Bearer read-only' },
    })
    expect(status).toBe(404)
  })
})
