import { once } from 'node:events'
import { offerProtocols, type Role } from '@vue-sync/vue/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Runtime, type RuntimeChild, startRuntime } from '../../server/test/child-runtime.ts'
import { ask, session } from '../../server/test/client.ts'
import { type FaultProxy, openFaultProxy } from '../support/network/fault-proxy.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'

// The relay on Node has the same rule: see liveness.spec.ts and node-adapter.spec.ts.
/** Milliseconds instead of 30 s. */
const IDLE = 2000
/** More often than `IDLE`, as the heartbeat of a real relay is. */
const HEARTBEAT = 300
/** Far more than `IDLE`, for a machine that is busy. */
const NOTICED = { timeout: 20_000 }
/** Bytes of a state, and bytes per second of a link that takes three times `IDLE` for it. */
const [STATE, RATE] = [3_000_000, 500_000]

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

describe.each<Runtime>(['bun', 'deno'])('a relay on %s', (runtime) => {
  let relay: RuntimeChild
  let proxy: FaultProxy

  async function start(): Promise<void> {
    const options = { hostKey: HOST_KEY, viewerKey: VIEWER_KEY, heartbeat: HEARTBEAT }
    relay = await startRuntime(runtime, options, { idleTimeout: IDLE })
    closing.push(relay.stop)
    proxy = await openFaultProxy(relay.port)
    closing.push(proxy.close)
  }
  async function join(role: Role, port: number, query = '?parts=1') {
    const offer = offerProtocols(role, role === 'host' ? HOST_KEY : VIEWER_KEY)
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${query}`, offer)
    closing.push(() => socket.terminate())
    const texts: string[] = []
    socket.on('error', () => {}).on('message', (data) => texts.push(String(data)))
    await once(socket, 'open')
    return { socket, texts, last: () => texts.at(-1) ?? '' }
  }
  async function countViewers(): Promise<number> {
    const { body } = await ask(relay, '/status')
    return (JSON.parse(body) as { clientCount: number }).clientCount
  }

  it('notices that the network of a viewer and of a host has gone, although it sends heartbeats', async () => {
    await start()
    const host = await join('host', proxy.port)
    host.socket.send(JSON.stringify(session('e', 0, { a: 1 })))
    const near = await join('viewer', relay.port)
    const far = await join('viewer', proxy.port)
    await expect.poll(() => [near.last(), far.last()].join()).toMatch(/"online".*"online"/)
    // Both answer pings for a while.
    await new Promise((resolve) => setTimeout(resolve, 2 * IDLE))
    expect(await countViewers()).toBe(2)
    expect(near.last()).toContain('"online"')
    proxy.stall()
    await expect.poll(countViewers, NOTICED).toBe(1)
    await expect.poll(near.last, NOTICED).toContain('"offline"')
    expect(near.socket.readyState).toBe(WebSocket.OPEN)
  }, 60_000)

  it('keeps a viewer without parts whose link is slow', async () => {
    await start()
    const host = await join('host', relay.port)
    host.socket.send(JSON.stringify(session('e', 0, { a: 'x'.repeat(STATE) })))
    proxy.setConditions({ rate: RATE })
    const slow = await join('viewer', proxy.port, '')
    await expect.poll(() => slow.texts.some((text) => text.length > STATE), NOTICED).toBe(true)
    const { length } = slow.texts
    await expect.poll(() => slow.texts.length, NOTICED).toBeGreaterThan(length + 2)
    expect(slow.socket.readyState).toBe(WebSocket.OPEN)
  }, 60_000)
})
