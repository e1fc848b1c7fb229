import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createSyncServer, type SyncServer } from '../index.ts'
import { ask, connect } from '../../test/client.ts'

let server: SyncServer
afterEach(() => server.stop())

describe('the health routes', () => {
  it('report a live and ready relay, over plain http too', async () => {
    const caDir = await mkdtemp(join(tmpdir(), 'vue-sync-ca-'))
    server = createSyncServer({
      port: 0,
      host: '127.0.0.1',
      https: true,
      caDir,
      allowedHosts: ['lan.test'],
    })
    await server.start()
    for (const path of ['/healthz', '/readyz']) {
      const { status, body, headers } = await ask(server, path, { host: 'lan.test' })
      expect([path, status, body, headers['cache-control']]).toEqual([path, 200, 'ok', 'no-store'])
      expect((await ask(server, path, { method: 'HEAD' })).status).toBe(200)
    }
  })

  it('report a draining relay, which closes all clients and accepts none', async () => {
    server = createSyncServer({ port: 0, host: '127.0.0.1' })
    await server.start()
    const [host, viewer] = [await connect(server, 'host'), await connect(server, 'viewer')]
    const begun = Date.now()
    const drained = server.drain()
    expect((await host.closed).code).toBe(4000)
    expect((await viewer.closed).code).toBe(4000)
    expect((await ask(server, '/readyz')).status).toBe(503)
    expect((await ask(server, '/healthz')).status).toBe(200)
    expect((await (await connect(server, 'viewer')).closed).code).toBe(4000)
    await drained
    expect(Date.now() - begun).toBeLessThan(5000)
    await expect(ask(server, '/healthz')).rejects.toThrow('ECONNREFUSED')
    await server.start()
    expect((await ask(server, '/readyz')).status).toBe(200)
  })
})
