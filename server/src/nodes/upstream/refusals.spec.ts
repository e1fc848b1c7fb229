import { afterEach, describe, expect, it } from 'vitest'
import { ask, config, session } from '../../../test/client.ts'
import { freePort } from '../../../test/free-port.ts'
import { hasSeen, seen } from '../../../test/nodes-suite.ts'
import { createTree, TREE_KEYS } from '../../../test/tree.ts'

const { start, follow, dial, clear } = createTree()
afterEach(clear)

describe('a relay that follows another one', () => {
  it('refuses hosts with any key for good, and says where they connect', async () => {
    const root = await start()
    const leaf = await follow(root)
    for (const key of [TREE_KEYS.hostKey, 'wrong']) {
      const host = await dial(leaf, 'host', { key })
      expect(await host.closed).toEqual({
        code: 4400,
        reason: `Hosts connect to ${root.link.replace(/#.*/, '')}`,
      })
    }
    expect(leaf.server.broadcast(session('e', 0, {}) as never)).toBe(false)
  })

  it('has no codes to type, and says so', async () => {
    const leaf = await follow(await start())
    const { status, body } = await ask(leaf.server, '/pair', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"code":"K7Q4MX"}',
    })
    expect([status, body]).toEqual([404, '{"error":"no_codes"}'])
    expect(leaf.server.pairCode()).toBe('')
  })

  it('reports a wrong key once, without it, and asks its viewers to try again', async () => {
    const root = await start()
    const leaf = await start({
      upstream: { url: root.link.replace(/#.*/, '#k=another-wrong-key') },
    })
    for (let round = 0; round < 3; round++) {
      const viewer = await dial(leaf, 'viewer')
      expect((await viewer.closed).code).toBe(4010)
    }
    const warned = leaf.warnings.filter((text) => text.includes('(4401)'))
    expect(warned).toEqual([expect.stringContaining('--upstream-key')])
    expect(leaf.warnings.join()).not.toContain('another-wrong-key')
    expect((await ask(leaf.server, '/readyz')).body).toBe('degraded')
  })

  it('closes its viewers for good when its own link is revoked, and forgets the state', async () => {
    const root = await start()
    const host = await dial(root, 'host')
    host.send({
      type: 'status',
      payload: { access: { generation: 0, tokens: [{ id: 'leaf' }], revoked: [] } },
    })
    const { payload } = await host.until(({ payload }) => payload['tokens'] !== undefined)
    const [{ key }] = payload['tokens'] as [{ key: string }]
    host.send(session('e', 0, { at: 0 }))
    const leaf = await start({ upstream: { url: root.link.replace(/#.*/, ''), key } })
    const viewer = await dial(leaf, 'viewer')
    await hasSeen(viewer, 'e', 0)
    host.send({
      type: 'status',
      payload: { access: { generation: 0, tokens: [], revoked: ['leaf'] } },
    })
    expect((await viewer.closed).code).toBe(4403)
    const late = await dial(leaf, 'viewer')
    expect((await late.closed).code).toBe(4403)
    expect(seen(late)).toEqual([])
    expect(leaf.warnings.filter((text) => text.includes('(4403)'))).toHaveLength(1)
  })

  it('accepts no issued links, because it does not learn which of them are revoked', async () => {
    const root = await start()
    const host = await dial(root, 'host')
    host.send({
      type: 'status',
      payload: { access: { generation: 0, tokens: [{ id: 'guest' }], revoked: [] } },
    })
    const { payload } = await host.until(({ payload }) => payload['tokens'] !== undefined)
    const [{ key }] = payload['tokens'] as [{ key: string }]
    const leaf = await follow(root)
    expect((await (await dial(leaf, 'viewer', { key })).closed).code).toBe(4401)
  })

  it('ends a session that the operator of the upstream relay ends, and takes it up when it begins again', async () => {
    const root = await start({ admin: true })
    const leaf = await follow(root)
    const host = await dial(root, 'host')
    host.send(session('e', 0, { at: 0 }))
    const viewer = await dial(leaf, 'viewer')
    await hasSeen(viewer, 'e', 0)
    const headers = { authorization: `Bearer ${TREE_KEYS.hostKey}` }
    await ask(root.server, '/admin/sessions/default', { method: 'DELETE', headers })
    expect((await viewer.closed).code).toBe(4410)
    const late = await dial(leaf, 'viewer')
    await late.until(({ type }) => type === 'status')
    expect(seen(late)).toEqual([])
    const next = await dial(root, 'host')
    next.send(session('f', 0, { at: 1 }))
    await hasSeen(late, 'f', 0)
  })

  it('follows the session of its link only, if that names one', async () => {
    const root = await start()
    const leaf = await start({ upstream: { url: root.link.replace('#', '#s=show&') } })
    const host = await dial(root, 'host', { path: '/s/show' })
    host.send(session('e', 0, {}))
    await hasSeen(await dial(leaf, 'viewer', { path: '/s/show' }), 'e', 0)
    expect((await (await dial(leaf, 'viewer')).closed).code).toBe(4404)
  })

  it('notices that it follows itself, and closes the session', async () => {
    const port = await freePort()
    const link = `http://127.0.0.1:${port}/#k=${TREE_KEYS.viewerKey}`
    const loop = await start({ port, upstream: { url: link } })
    expect((await (await dial(loop, 'viewer')).closed).code).toBe(4010)
    await expect.poll(() => loop.warnings.join('\n')).toContain('circle')
  })

  it('notices that three relays follow each other', async () => {
    const ports = [await freePort(), await freePort(), await freePort()]
    const loop = await Promise.all(
      ports.map((port, index) =>
        start({
          port,
          upstream: {
            url: `http://127.0.0.1:${ports[(index + 1) % 3]}/#k=${TREE_KEYS.viewerKey}`,
          },
        }),
      ),
    )
    const viewers = await Promise.all(loop.map((node) => dial(node, 'viewer')))
    await Promise.any(viewers.map(({ closed }) => closed))
    await expect.poll(() => loop.flatMap(({ warnings }) => warnings).join('\n')).toContain('circle')
  })

  // `hops` is what a client says. A number above 8 at the root once ended the session for all viewers of the leaf.
  it.each([0, 1])(
    'keeps its viewers when one says that too many relays are behind it, with %i relays between',
    async (between) => {
      const root = await start()
      const host = await dial(root, 'host')
      host.send(session('e', 0, {}))
      const leaf = await follow(between === 0 ? root : await follow(root))
      const viewer = await dial(leaf, 'viewer')
      await hasSeen(viewer, 'e', 0)
      for (let round = 0; round < 2; round++) {
        const liar = await dial(leaf, 'viewer', { path: `/?hops=${8 - between}` })
        expect(await liar.closed).toMatchObject({ code: 4400 })
      }
      host.send(config('e', 1, {}))
      await hasSeen(viewer, 'e', 1)
      expect(viewer.of('status').map(({ payload }) => payload['host'])).not.toContain('offline')
      await hasSeen(await dial(leaf, 'viewer'), 'e', 1)
    },
  )

  it('opens no more connections than its limit of sessions allows', async () => {
    const root = await start()
    const leaf = await follow(root, { limits: { sessions: 3 } })
    const hosts = await Promise.all(
      Array.from({ length: 6 }, (_, index) => dial(root, 'host', { path: `/s/show-${index}` })),
    )
    for (const host of hosts) host.send(session('e', 0, {}))
    const outcomes: (number | 'in')[] = []
    for (let index = 0; index < 6; index++) {
      const viewer = await dial(leaf, 'viewer', { path: `/s/show-${index}` })
      outcomes.push(
        await Promise.race([
          hasSeen(viewer, 'e', 0).then(() => 'in' as const),
          viewer.closed.then(({ code }) => code),
        ]),
      )
    }
    expect(outcomes).toEqual(['in', 'in', 'in', 4029, 4029, 4029])
  })

  it('closes a session whose state is above its own limit', async () => {
    const root = await start()
    const leaf = await follow(root, { limits: { retainedBytes: 100_000 } })
    const host = await dial(root, 'host')
    host.send(session('e', 0, { text: 'x'.repeat(200_000) }))
    expect((await (await dial(leaf, 'viewer')).closed).code).toBe(4029)
    expect(leaf.warnings.join()).toContain('--max-retained')
  })

  it('says that viewers lack a message above its own limit', async () => {
    const root = await start()
    const leaf = await follow(root, { limits: { hostMessage: 100_000 } })
    const host = await dial(root, 'host')
    host.send(session('e', 0, { at: 0 }))
    const viewer = await dial(leaf, 'viewer')
    await hasSeen(viewer, 'e', 0)
    host.send(config('e', 1, { text: 'x'.repeat(200_000) }))
    await viewer.until(({ payload }) => payload['behind'] === true || payload['host'] === 'offline')
    await expect.poll(() => leaf.warnings.join()).toContain('--max-host-message')
  })

  it('warns about a link with the secret of an encrypted session, without repeating it', async () => {
    const root = await start()
    const leaf = await start({ upstream: { url: `${root.link}&e=the-secret&p=the-signer` } })
    const warned = leaf.warnings.join('\n')
    expect(warned).toContain('Leave out e and p')
    expect(warned).not.toMatch(/the-secret|the-signer/)
  })

  it('tells its viewers the limit of the upstream relay', async () => {
    const root = await start({ limits: { hostMessage: 20_000_000 } })
    const viewer = await dial(await follow(root), 'viewer')
    const { payload } = await viewer.until(({ type }) => type === 'status')
    expect(payload['limit']).toBe(20_000_000)
  })

  it.each([
    [{ url: 'not a link, key-in-it' }, 'upstream.url must be'],
    [{ url: 'http://127.0.0.1:1/#k=key-in-it', key: 'key-in-it' }, 'Give one of them'],
    [{ url: 'http://127.0.0.1:1/', key: '' }, 'upstream.key is empty'],
  ])('refuses %j without repeating it', async (upstream, text) => {
    const problem = await start({ upstream }).catch((error: Error) => error.message)
    expect(problem).toContain(text)
    expect(problem).not.toContain('key-in-it')
  })

  it.each([{ redis: 'redis://127.0.0.1:1' }, { persist: '/nowhere' }])(
    'cannot be combined with %j',
    async (option) => {
      const upstream = { url: 'http://127.0.0.1:1/' }
      await expect(start({ upstream, ...option })).rejects.toThrow('exclude each other')
    },
  )
})
