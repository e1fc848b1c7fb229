import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ask, type Client, config, session } from '../../../test/client.ts'
import { hasSeen, receivesHost, seen } from '../../../test/nodes-suite.ts'
import { createTree, type TreeNode } from '../../../test/tree.ts'

const { start, follow, dial, clear } = createTree()
let root: TreeNode

const statusOf = (client: Client) => client.of('status').at(-1)

beforeEach(async () => {
  root = await start()
})
afterEach(clear)

describe('a relay that follows another one', () => {
  it('sends its viewers the messages of the host, in order and with their positions', async () => {
    const leaf = await follow(await follow(root))
    const host = await dial(root, 'host')
    host.send(session('e', 0, { at: 0 }))
    const viewer = await dial(leaf, 'viewer')
    await hasSeen(viewer, 'e', 0)
    for (let seq = 1; seq <= 50; seq++) host.send(config('e', seq, { at: seq }))
    await hasSeen(viewer, 'e', 50)
    expect(seen(viewer)).toEqual([
      'all e 0',
      ...Array.from({ length: 50 }, (_, index) => `some e ${index + 1}`),
    ])
    const status = await viewer.until(({ type, seq }) => type === 'status' && seq === 50)
    expect(status.payload).toMatchObject({ host: 'online' })
  })

  it('serves the first viewer of a session the state and the truth about its host', async () => {
    const host = await dial(root, 'host', { path: '/s/show' })
    host.send({ type: 'status', payload: { name: 'The show' } })
    host.send(session('e', 3, { at: 3 }))
    host.send({ type: 'status', epoch: 'e', seq: 3, payload: { hash: 7 } })
    const direct = await dial(root, 'viewer', { path: '/s/show' })
    const known = await direct.until(
      ({ type, payload }) => type === 'status' && payload['hash'] === 7,
    )
    const viewer = await dial(await follow(root), 'viewer', { path: '/s/show' })
    const status = await viewer.until(({ type }) => type === 'status')
    expect(seen(viewer)).toEqual(['all e 3'])
    expect(status).toEqual(known)
  })

  it('passes on whether the host is there, since when, and whether it is behind', async () => {
    const leaf = await follow(root)
    const host = await dial(root, 'host')
    host.send(session('e', 0, { at: 0 }))
    const viewer = await dial(leaf, 'viewer')
    const direct = await dial(root, 'viewer')
    await hasSeen(viewer, 'e', 0)
    host.send({ type: 'status', payload: { behind: true } })
    await viewer.until(({ payload }) => payload['behind'] === true)
    host.send({ type: 'status', payload: { behind: false } })
    await expect.poll(() => statusOf(viewer)?.payload['behind']).toBe(undefined)
    await host.close()
    await receivesHost(viewer, 'offline')
    await receivesHost(direct, 'offline')
    expect(statusOf(viewer)?.payload).toEqual(statusOf(direct)?.payload)
    const later = await dial(leaf, 'viewer')
    await later.until(({ type }) => type === 'status')
    expect(statusOf(later)?.payload).toEqual(statusOf(direct)?.payload)
  })

  it('lets viewers resume at the leaf, at another leaf or at the root', async () => {
    const [one, two] = [await follow(root), await follow(root)]
    const host = await dial(root, 'host')
    host.send(session('e', 0, { text: 'x'.repeat(5000) }))
    for (const leaf of [one, two]) await hasSeen(await dial(leaf, 'viewer'), 'e', 0)
    for (let seq = 1; seq <= 5; seq++) host.send(config('e', seq, { at: seq }))
    for (const node of [one, two, root]) {
      const viewer = await dial(node, 'viewer', { position: { epoch: 'e', seq: 3 } })
      await hasSeen(viewer, 'e', 5)
      expect(seen(viewer).slice(-2)).toEqual(['some e 4', 'some e 5'])
      const current = await dial(node, 'viewer', { position: { epoch: 'e', seq: 5 } })
      await current.until(({ type, seq }) => type === 'status' && seq === 5)
      expect(seen(current)).toEqual([])
    }
  })

  it('passes on the exact bytes of binary, encrypted and long messages', async () => {
    const leaf = await follow(await follow(root))
    const host = await dial(root, 'host')
    const viewer = await dial(leaf, 'viewer')
    await viewer.until(({ type }) => type === 'status')
    const frame = (header: object, size: number): Buffer =>
      Buffer.concat([
        Buffer.from(`${JSON.stringify(header)}\n`),
        Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
        Buffer.alloc(size, 0xfe),
      ])
    const frames = [
      frame({ type: 'session_update', epoch: 'e', seq: 0, codec: 'aes-256-gcm.es256' }, 10),
      frame({ type: 'config_update', epoch: 'e', seq: 1, codec: 'protobuf', schema: 5 }, 0),
      frame({ type: 'config_update', epoch: 'e', seq: 2, codec: 'cbor+rich' }, 70_000),
      frame({ type: 'session_update', epoch: 'e', seq: 9, codec: 'msgpack' }, 16_000_000),
    ]
    for (const bytes of frames) host.socket.send(bytes)
    const text = JSON.stringify(session('e', 20, { text: 'é'.repeat(200_000) }))
    host.send(text)
    await hasSeen(viewer, 'e', 20)
    expect(viewer.binaries.map((bytes, index) => bytes.equals(frames[index]!))).toEqual(
      frames.map(() => true),
    )
    expect(viewer.frames).toContain(text)
    const late = await dial(leaf, 'viewer')
    await hasSeen(late, 'e', 20)
    expect(late.frames[0]).toBe(text)
  })

  it('shows the host as offline while the upstream relay cannot be reached, and serves what it has', async () => {
    const leaf = await follow(root)
    const host = await dial(root, 'host')
    host.send(session('e', 4, { at: 4 }))
    const viewer = await dial(leaf, 'viewer')
    await hasSeen(viewer, 'e', 4)
    await receivesHost(viewer, 'online')
    const before = Date.now()
    await root.stop()
    await receivesHost(viewer, 'offline')
    expect(statusOf(viewer)).toMatchObject({ epoch: 'e', seq: 4 })
    expect(statusOf(viewer)?.payload['since']).toBeGreaterThanOrEqual(before - 1000)
    const late = await dial(leaf, 'viewer')
    await late.until(({ type }) => type === 'status')
    expect([seen(late), statusOf(late)?.payload['host']]).toEqual([['all e 4'], 'offline'])
    expect((await ask(leaf.server, '/readyz')).body).toBe('degraded')
    expect(leaf.warnings.filter((text) => text.includes('cannot be reached'))).toHaveLength(1)
    await root.restart()
    const again = await dial(root, 'host', { position: { epoch: 'e', seq: 4 } })
    again.send(session('e', 4, { at: 4 }))
    again.send(config('e', 5, { at: 5 }))
    for (const client of [viewer, late]) {
      await hasSeen(client, 'e', 5)
      expect(seen(client)).toEqual(['all e 4', 'some e 5'])
      await expect.poll(() => statusOf(client)?.payload['host']).toBe('online')
    }
    expect((await ask(leaf.server, '/readyz')).body).toBe('ok')
  })

  it('keeps one connection for all viewers of a session, and leaves it after the last one', async () => {
    const leaf = await follow(root)
    const host = await dial(root, 'host')
    host.send(session('e', 0, {}))
    const viewers = await Promise.all([0, 1, 2].map(() => dial(leaf, 'viewer')))
    for (const viewer of viewers) await hasSeen(viewer, 'e', 0)
    expect(root.server.getStatus().clientCount).toBe(1)
    for (const viewer of viewers) await viewer.close()
    await expect.poll(() => root.server.getStatus().clientCount).toBe(0)
    expect(leaf.server.getTotals().sessions).toEqual([])
  })
})
