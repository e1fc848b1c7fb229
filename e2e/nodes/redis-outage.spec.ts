import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect, session } from '../../server/test/client.ts'
import { type CliRelay, startCliRelay } from '../support/relays/cli-relay.ts'
import { expectEqual } from '../support/apps/expect-equal.ts'
import { pause, useCrowd } from '../support/apps/crowd.ts'
import { startRedis, type TestRedis } from '../support/relays/redis.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'

// The nodes, Redis and both plugins are real; the test controls only the outages.
const SEED = 20_262
const OUTAGES = 12
const KILLS = 12

describe.skipIf(!process.env['VUE_SYNC_REDIS_SERVER'])('nodes that share a Redis', () => {
  const { stops, upTo, open } = useCrowd(SEED)
  let redis: TestRedis
  let nodes: CliRelay[]

  const startNode = async (): Promise<CliRelay> => {
    const node = await startCliRelay({ flags: ['--redis', redis.url] })
    stops.push(node.stop)
    return node
  }
  const relayAt = (index: number) => ({
    hostKey: HOST_KEY,
    viewerKey: VIEWER_KEY,
    getStatus: () => ({ port: nodes[index]!.port }),
  })
  const ready = async (index: number): Promise<string> =>
    (await fetch(`http://127.0.0.1:${nodes[index]!.port}/readyz`)).text()

  beforeEach(async () => {
    redis = await startRedis()
    stops.push(() => redis.stop())
    nodes = await Promise.all([startNode(), startNode(), startNode()])
  })
  afterEach(() => redis.resume())

  it(`every viewer ends equal and never shows older state when Redis is killed, paused or emptied ${OUTAGES} times`, async () => {
    const { host, viewers, keepChanging } = await open(nodes.map(({ port }) => port))
    await expect.poll(() => viewers.every(({ shown }) => shown.length > 0)).toBe(true)
    const stopChanging = keepChanging()
    for (let outage = 0; outage < OUTAGES; outage++) {
      await pause(upTo(400))
      const kind = outage % 3
      if (kind === 0) {
        await redis.kill()
        await pause(upTo(1500))
        await redis.restart()
      } else if (kind === 1) {
        redis.pause()
        await pause(upTo(4000))
        redis.resume()
      } else await redis.flush()
    }
    stopChanging()
    await expectEqual(host, viewers)
    for (const index of [0, 1, 2]) await expect.poll(() => ready(index)).toBe('ok')
    // A new node gets the state from Redis.
    nodes.push(await startNode())
    const late = await connect(relayAt(3), 'viewer')
    await late.until(({ type }) => type === 'session_update')
    await late.close()
  })

  it('each node serves the state it has and reports "degraded" while Redis is down', async () => {
    const { host, viewers, keepChanging } = await open(nodes.map(({ port }) => port))
    await expect.poll(() => viewers.every(({ shown }) => shown.length > 0)).toBe(true)
    await redis.kill()
    const stopChanging = keepChanging()
    for (const index of [0, 1, 2]) await expect.poll(() => ready(index)).toBe('degraded')
    // The host's node stays live; other nodes give new viewers the last state they received.
    await expect.poll(() => viewers[0]!.load.n).toBeGreaterThan(20)
    const late = await connect(relayAt(1), 'viewer')
    await late.until(({ type }) => type === 'session_update')
    await late.close()
    await redis.restart()
    stopChanging()
    for (const { load } of viewers)
      await expect.poll(() => load.n, { timeout: 30_000 }).toBe(host.load.n)
    for (const index of [0, 1, 2]) await expect.poll(() => ready(index)).toBe('ok')
    expect(nodes[0]!.output()).toContain('The other nodes cannot be reached')
  })

  it(`host and viewers move to other nodes and end equal when nodes are killed ${KILLS} times under load`, async () => {
    const { host, viewers, proxies, keepChanging } = await open(nodes.map(({ port }) => port))
    await expect.poll(() => viewers.every(({ shown }) => shown.length > 0)).toBe(true)
    const stopChanging = keepChanging()
    // The node of each page; the host is the first page.
    const at = [0, 0, 1, 2]
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(upTo(300))
      const index = upTo(nodes.length)
      await nodes[index]!.stop()
      // Pages of the killed node move to another one, as behind a load balancer, and a new node replaces it.
      for (const [page, node] of at.entries()) {
        if (node !== index) continue
        const next = (index + 1 + upTo(2)) % nodes.length
        at[page] = next
        proxies[page]!.retarget(nodes[next]!.port)
      }
      nodes[index] = await startNode()
    }
    stopChanging()
    await expectEqual(host, viewers)
  })

  it('one of two competing hosts stays when Redis returns, and all viewers show its state', async () => {
    const first = await connect(relayAt(0), 'host')
    const viewers = await Promise.all([0, 1, 2].map((index) => connect(relayAt(index), 'viewer')))
    first.send(session('one', 0, { of: 1 }))
    for (const viewer of viewers) await viewer.until(({ epoch }) => epoch === 'one')
    await redis.kill()
    await expect.poll(() => ready(1)).toBe('degraded')
    const second = await connect(relayAt(1), 'host')
    second.send(session('two', 0, { of: 2 }))
    await viewers[1]!.until(({ epoch }) => epoch === 'two')
    await redis.restart()
    expect(await first.closed).toMatchObject({ code: 4409 })
    for (const viewer of viewers) {
      await viewer.until(({ epoch }) => epoch === 'two')
      await viewer.close()
    }
    await second.close()
  })

  it('the viewers of a dead node are no longer counted, and the host of a dead node is reported offline', async () => {
    const host = await connect(relayAt(0), 'host')
    const viewers = await Promise.all([0, 1, 2].map((index) => connect(relayAt(index), 'viewer')))
    const counted = (count: number) =>
      host.until(({ type, payload }) => type === 'status' && payload['clientCount'] === count)
    await counted(3)
    await nodes[2]!.stop()
    await counted(2)
    await nodes[0]!.stop()
    await viewers[1]!.until(
      ({ type, payload }) => type === 'status' && payload['host'] === 'offline',
    )
    for (const client of [host, ...viewers]) await client.close()
  })
})
