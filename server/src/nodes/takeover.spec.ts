import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Client, config, connect, session } from '../../test/client.ts'
import { type AuditEvent, createSyncServer, type SyncServer } from '../index.ts'
import { createHubBackplane } from './hub-backplane.ts'
import { createHub } from './hub.ts'

const KEYS = {
  hostKey: 'the-host-key-of-the-takeover',
  viewerKey: 'the-viewer-key-of-the-takeover',
}

describe('the log of two nodes', () => {
  let nodes: { server: SyncServer; events: AuditEvent[] }[]
  const clients: Client[] = []

  beforeEach(async () => {
    const hub = createHub()
    nodes = await Promise.all(
      [1, 2].map(async () => {
        const events: AuditEvent[] = []
        const server = createSyncServer({
          port: 0,
          host: '127.0.0.1',
          ...KEYS,
          backplane: createHubBackplane({ hub }),
          audit: (event) => void events.push(event),
          warn: () => {},
        })
        await server.start()
        return { server, events }
      }),
    )
  })
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate()
    for (const { server } of nodes) await server.stop()
  })

  async function enter(node: number, ...options: [] | [{ key: string }]): Promise<Client> {
    const client = await connect(nodes[node]!.server, 'host', ...options)
    clients.push(client)
    return client
  }

  it('has a takeover once: on the node whose host is closed', async () => {
    const [first, second] = [nodes[0]!, nodes[1]!]
    const early = await enter(0)
    early.send(session('a', 1, { n: 1 }))
    early.send(config('a', 2, { n: 2 }))
    await expect.poll(() => first.server.getTotals().sessions).toHaveLength(1)
    const late = await enter(1)
    late.send(session('b', 1, { n: 1 }))
    expect((await early.closed).code).toBe(4409)
    expect(first.events).toEqual([
      { kind: 'replaced', via: 'socket', role: 'host', session: 'default', elsewhere: true },
    ])
    expect(second.events).toEqual([])
  })

  it('has nothing about a host that reconnects to another node', async () => {
    const [first, second] = [nodes[0]!, nodes[1]!]
    const early = await enter(0)
    early.send(session('a', 1, { n: 1 }))
    const viewer = await connect(second.server, 'viewer')
    clients.push(viewer)
    await viewer.until(({ type }) => type === 'session_update')
    // The network was lost, so the first node still has the earlier connection.
    const again = await connect(second.server, 'host', { position: { epoch: 'a', seq: 1 } })
    clients.push(again)
    expect((await early.closed).code).toBe(4409)
    expect(first.events).toEqual([])
    const other = await connect(first.server, 'host', { position: { epoch: 'b', seq: 1 } })
    clients.push(other)
    await again.closed
    expect(second.events).toMatchObject([{ kind: 'replaced', elsewhere: true }])
  })

  it('has a takeover on one node with the address of the later host', async () => {
    const early = await enter(1)
    await enter(1)
    await early.closed
    expect(nodes[1]!.events).toMatchObject([{ kind: 'replaced', address: '127.0.0.1' }])
    expect(nodes[0]!.events).toEqual([])
  })

  it('has a refusal only on the node that refused', async () => {
    await (
      await enter(1, { key: 'a-wrong-key-of-the-takeover-test' })
    ).closed
    expect(nodes[1]!.events).toMatchObject([{ kind: 'refused', role: 'host', code: 4401 }])
    expect(nodes[0]!.events).toEqual([])
  })
})
