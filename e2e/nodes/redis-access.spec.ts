import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { syncPlugin, useSyncHost } from '@vue-sync/vue/host'
import { createRedisBackplane } from '@vue-sync/server'
import { syncViewer, useSyncedState } from '@vue-sync/vue/viewer'
import { issue, makeAuthority } from '../../server/src/tls/certificates.ts'
import { config, connect, session } from '../../server/test/client.ts'
import { createTestApp, stubPage, stubStorage, unmountApps } from '../support/apps/app.ts'
import { type CliRelay, startCliRelay } from '../support/relays/cli-relay.ts'
import { freePort } from '../../server/test/free-port.ts'
import { useLoad } from '../support/apps/host-and-viewer.ts'
import { startRedis, type TestRedis, type TestRedisOptions } from '../support/relays/redis.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'

const PASSWORD = 's3cret-of-redis'

// Access rights, memory limits and secrets in Redis.
describe.skipIf(!process.env['VUE_SYNC_REDIS_SERVER'])('Redis with a password', () => {
  const stops: (() => unknown)[] = []
  let redis: TestRedis
  afterEach(async () => {
    unmountApps()
    for (const stop of stops.splice(0).toReversed()) await stop()
    vi.unstubAllGlobals()
  })

  async function startStore(options: TestRedisOptions = {}): Promise<void> {
    redis = await startRedis({ password: PASSWORD, ...options })
    stops.push(() => redis.stop())
  }
  async function startNode(url = redis.url, ...flags: string[]): Promise<CliRelay> {
    const node = await startCliRelay({ flags: ['--redis', url, ...flags] })
    stops.push(node.stop)
    return node
  }
  const relayOf = ({ port }: CliRelay) => ({
    hostKey: HOST_KEY,
    viewerKey: VIEWER_KEY,
    getStatus: () => ({ port }),
  })
  const dial = async (node: CliRelay, role: 'host' | 'viewer') => {
    const client = await connect(relayOf(node), role)
    stops.push(() => client.close())
    return client
  }
  const ready = async ({ port }: CliRelay): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
    return `${answer.status} ${await answer.text()}`
  }
  const sessions = async ({ port }: CliRelay) => {
    const headers = { authorization: `Bearer ${HOST_KEY}` }
    const answer = await fetch(`http://127.0.0.1:${port}/admin/sessions`, { headers })
    return { status: answer.status, body: (await answer.json()) as unknown }
  }
  const warnings = (node: CliRelay): string[] =>
    node
      .output()
      .split('\n')
      .filter((line) => line.includes('cannot be reached'))

  it.each([
    ['a wrong password', (url: string) => url.replace(PASSWORD, 'wr0ng'), [], 'WRONGPASS'],
    ['no password', (url: string) => url.replace(`:${PASSWORD}@`, ''), [], 'NOAUTH'],
    [
      'a Redis without the AUTH command, which echoes the command in its error',
      (url: string) => url,
      ['--rename-command', 'HELLO', '', '--rename-command', 'AUTH', ''],
      "unknown command 'auth'",
    ],
  ])('%s: the node warns in one line and serves alone', async (_, edit, flags, problem) => {
    await startStore({ flags })
    const node = await startNode(edit(redis.url))
    expect(await ready(node)).toBe('200 degraded')
    const host = await dial(node, 'host')
    host.send(session('e', 0, { a: 1 }))
    const viewer = await dial(node, 'viewer')
    await viewer.until(({ type }) => type === 'session_update')
    expect(warnings(node)).toEqual([expect.stringContaining(problem)])
    expect(node.output()).not.toMatch(/s3cret|wr0ng/)
    expect(await ready(node)).toBe('200 degraded')
  })

  it('a node warns with the address when nothing answers, and with the error of Redis once it does', async () => {
    await startStore()
    await redis.kill()
    const node = await startNode(redis.url.replace(PASSWORD, 'wr0ng'))
    expect(warnings(node)).toEqual([
      `[vue-sync] The other nodes cannot be reached (connect ECONNREFUSED 127.0.0.1:${redis.port}): serving alone`,
    ])
    await redis.restart()
    await expect.poll(() => warnings(node)[1]).toContain('WRONGPASS')
    expect(warnings(node)).toHaveLength(2)
  })

  it('nodes report "degraded" while Redis is out of memory, and catch up when there is space', async () => {
    await startStore({ flags: ['--maxmemory-policy', 'noeviction'] })
    const nodes = [await startNode(), await startNode()] as const
    for (const node of nodes) await expect.poll(() => ready(node)).toBe('200 ok')
    const host = await dial(nodes[0], 'host')
    host.send(session('e', 0, { a: 1 }))
    const near = await dial(nodes[0], 'viewer')
    const far = await dial(nodes[1], 'viewer')
    await far.until(({ seq }) => seq === 0)
    await redis.use((client) => client.config('SET', 'maxmemory', '1mb'))
    for (const node of nodes) await expect.poll(() => ready(node)).toBe('200 degraded')
    for (const node of nodes) expect(warnings(node)).toEqual([expect.stringContaining('OOM')])
    host.send(session('e', 1, { a: 2 }))
    await near.until(({ seq }) => seq === 1)
    await redis.use((client) => client.config('SET', 'maxmemory', '0'))
    await far.until(({ seq }) => seq === 1)
    for (const node of nodes) await expect.poll(() => ready(node)).toBe('200 ok')
  })

  it('Redis evicts sessions that no node has open, without effect on the open one', async () => {
    await startStore({ flags: ['--maxmemory', '6mb', '--maxmemory-policy', 'allkeys-lru'] })
    const nodes = [await startNode(), await startNode()] as const
    const host = await dial(nodes[0], 'host')
    host.send(session('e', 0, { a: 1 }))
    const far = await dial(nodes[1], 'viewer')
    const big = 'x'.repeat(300_000)
    for (let old = 1; old <= 40; old++) {
      const gone = await connect(relayOf(nodes[old % 2]!), 'host', { path: `/s/old-${old}` })
      gone.send(session('o', 0, { big }))
      const key = `vue-sync:{old-${old}}:log`
      await expect.poll(() => redis.use((client) => client.exists(key))).toBe(1)
      await gone.close()
      host.send(config('e', old, { a: old }))
      await far.until(({ seq }) => seq === old)
    }
    const stats = await redis.use((client) => client.info('stats'))
    expect(Number(/evicted_keys:(\d+)/.exec(stats)![1])).toBeGreaterThan(10)
    for (const node of nodes) expect(warnings(node)).toEqual([])
    const late = await dial(await startNode(), 'viewer')
    await late.until(({ seq }) => seq === 40)
  })

  // A node once threw when it read a log whose start position was gone, and new viewers got no state.
  it.each(['session', 'log'])('nodes restore the %s key when it alone is lost', async (part) => {
    await startStore()
    const nodes = [await startNode(), await startNode()] as const
    const host = await dial(nodes[0], 'host')
    host.send(session('e', 0, { a: 1 }))
    const first = await dial(nodes[1], 'viewer')
    await first.until(({ seq }) => seq === 0)
    await redis.use((client) => client.del(`vue-sync:{default}:${part}`))
    const late = await dial(await startNode(), 'viewer')
    await late.until(({ seq }) => seq === 0)
    host.send(session('e', 1, { a: 2 }))
    for (const viewer of [first, late]) await viewer.until(({ seq }) => seq === 1)
  })

  it('nodes work with the ACL rule of docs/guide/several-machines.md, and warn of a missing right', async () => {
    await startStore()
    const docs = await readFile(
      new URL('../../docs/guide/several-machines.md', import.meta.url),
      'utf8',
    )
    const [rule] = /ACL SETUSER .*/.exec(docs)!
    const [, , ...rights] = rule.split(' ')
    const made = rights.map((right) => right.replace('>PASSWORD', `>${PASSWORD}-user`))
    const url = redis.url.replace(`:${PASSWORD}`, `relay:${PASSWORD}-user`)
    expect(made[0]).toBe('relay')
    const setUser = (...words: string[]) =>
      redis.use((client) => client.call('ACL', 'SETUSER', ...words))
    await setUser(...made)
    const nodes = [await startNode(url, '--admin'), await startNode(url, '--admin')] as const
    for (const node of nodes) await expect.poll(() => ready(node)).toBe('200 ok')
    const host = await dial(nodes[0], 'host')
    host.send(session('e', 0, { a: 1 }))
    const viewer = await dial(nodes[1], 'viewer')
    await viewer.until(({ seq }) => seq === 0)
    const board = await connect(relayOf(nodes[0]), 'host', { path: '/s/board' })
    stops.push(() => board.close())
    board.send(session('b', 0, { a: 1 }))
    const third = await startNode(url, '--admin')
    await expect
      .poll(async () => (await sessions(third)).body)
      .toMatchObject({ sessions: expect.arrayContaining([{ name: 'board', open: false }]) })
    const { payload } = await host.until(({ payload: { pairCode } }) => pairCode !== undefined)
    const answer = await fetch(`http://127.0.0.1:${nodes[1].port}/pair`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: payload['pairCode'] }),
    })
    expect(answer.status).toBe(200)
    host.send(session('f', 1, { a: 2 }))
    await viewer.until(({ epoch }) => epoch === 'f')
    const log = await redis.use((client) => client.call('ACL', 'LOG'))
    expect(log).toEqual([])
    for (const node of nodes) expect(warnings(node)).toEqual([])
    await setUser('relay', '-scan')
    const listless = await startNode(url, '--admin')
    expect(await ready(listless)).toBe('200 ok')
    await expect.poll(() => listless.output()).toMatch(/does not allow SCAN .*\+scan/)
    expect(await sessions(listless)).toEqual({
      status: 503,
      body: { error: 'unreachable', reason: expect.stringMatching(/NOPERM.*scan/) },
    })
    for (const right of ['hdel', 'incrby', 'xtrim', 'get']) {
      await setUser('relay', `-${right}`)
      const lacking = await startNode(url)
      expect(await ready(lacking)).toBe('200 degraded')
      expect(warnings(lacking)).toEqual([expect.stringMatching(/NOPERM|can't run/)])
      await setUser('relay', `+${right}`)
    }
    await setUser('relay', 'resetchannels')
    const lacking = await startNode(url)
    expect(await ready(lacking)).toBe('200 degraded')
    expect(warnings(lacking)).toEqual([expect.stringMatching(/NOPERM|can't publish/)])
  })

  it('nodes connect over TLS, and only when they trust the certificate', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'vue-sync-redis-tls-'))
    stops.push(() => rmSync(dir, { recursive: true }))
    const authority = await makeAuthority({ hostname: 'test', now: Date.now() })
    const leaf = await issue(authority, { names: ['localhost'], now: Date.now() })
    const file = (name: string) => join(dir, name)
    writeFileSync(file('ca.pem'), authority.cert)
    writeFileSync(file('cert.pem'), leaf.cert)
    writeFileSync(file('key.pem'), leaf.key)
    const port = await freePort()
    const tls = ['--tls-port', String(port), '--tls-auth-clients', 'no']
    const files = ['--tls-cert-file', file('cert.pem'), '--tls-key-file', file('key.pem')]
    await startStore({ flags: [...tls, ...files, '--tls-ca-cert-file', file('ca.pem')] })
    const url = `rediss://:${PASSWORD}@localhost:${port}`
    const node = await startCliRelay({
      flags: ['--redis', url],
      env: { NODE_EXTRA_CA_CERTS: file('ca.pem') },
    })
    stops.push(node.stop)
    await expect.poll(() => ready(node)).toBe('200 ok')
    const wary = await startNode(url)
    expect(await ready(wary)).toBe('200 degraded')
    expect(warnings(wary)).toEqual([expect.stringMatching(/certificate/)])
  })

  it('an invalid address is rejected without repeating it', () => {
    const url = `redis://:12/${PASSWORD}@127.0.0.1`
    let problem: unknown
    try {
      createRedisBackplane({ url })
    } catch (error) {
      problem = error
    }
    expect(inspect(problem)).toContain('write %2F for a slash')
    expect(inspect(problem)).not.toContain(PASSWORD)
  })

  it('with encryption, Redis receives no part of the state in clear text', async () => {
    stubPage()
    stubStorage('sessionStorage')
    stubStorage('localStorage')
    await startStore()
    const nodes = [await startNode(), await startNode()] as const
    const published: Buffer[] = []
    const marker = 'Quarterly layoffs'
    await redis.use(async (tap) => {
      tap.on('pmessageBuffer', (_pattern, _channel, data: Buffer) => void published.push(data))
      await tap.psubscribe('*')
      const shown = async (encrypt: boolean, name: string) => {
        const { app, pinia } = createTestApp()
        const url = `ws://127.0.0.1:${nodes[0].port}`
        app.use(pinia).use(syncPlugin, {
          url,
          key: HOST_KEY,
          debounce: 5,
          encrypt,
          session: name,
          name: marker,
        })
        app.mount({})
        const host = app.runWithContext(useSyncHost)
        const load = useLoad(pinia)
        await expect.poll(() => host.viewerUrl.value).toContain('k=')
        const link = host.viewerUrl.value!.replace(/\/\/[^/]+/, `//127.0.0.1:${nodes[1].port}`)
        const viewer = createTestApp()
        viewer.app.use(syncViewer, { url: link }).use(viewer.pinia)
        viewer.app.mount({})
        const view = viewer.app.runWithContext(() => useSyncedState<{ by: string }>('load'))
        await expect.poll(() => view.value).toBeDefined()
        load.by = marker
        await expect.poll(() => view.value?.by).toBe(marker)
      }
      const held = async (): Promise<Buffer[]> => {
        const client = tap.duplicate()
        const found: Buffer[] = []
        for (const key of await client.keys('*')) found.push((await client.dumpBuffer(key))!)
        client.disconnect()
        return found
      }
      const finds = (parts: Buffer[], word: string) => parts.some((part) => part.includes(word))
      await redis.use((client) => client.config('SET', 'rdbcompression', 'no'))
      await shown(true, 'closed')
      for (const word of [marker, 'Quarterly', 'payload', 'rows', 'load'])
        expect([word, finds(published, `"${word}`), finds(await held(), `"${word}`)]).toEqual([
          word,
          false,
          false,
        ])
      expect(published.length).toBeGreaterThan(2)
      for (const key of [HOST_KEY, VIEWER_KEY, PASSWORD])
        expect([finds(published, key), finds(await held(), key)]).toEqual([false, false])
      // Without encryption, the same search finds the state in both places.
      await shown(false, 'open')
      expect([finds(published, marker), finds(await held(), marker)]).toEqual([true, true])
    })
  })
})
