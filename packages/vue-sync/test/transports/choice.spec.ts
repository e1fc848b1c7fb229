import { describe, expect, it, vi } from 'vitest'
import { at, network, next, pass, start, startStream, state, useNetwork } from './viewer-bed.ts'

useNetwork()

const KEY = 'vue-sync:transports'

describe('the choice', () => {
  it('is a stream after two dials without a frame', async () => {
    const { client, statuses } = await startStream()
    expect(network.sockets).toHaveLength(3)
    expect(network.requests.map(({ path }) => path)).toEqual(['/s/board/stream'])
    expect(network.requests[0]!.headers.get('authorization')).toBe('Bearer token.a2V5')
    expect(network.requests[0]!.headers.get('vue-sync-viewer')).toMatch(/^[\w-]{16,64}$/)
    expect(client.problems).toEqual([])
    expect(statuses).toEqual(['connecting', 'reconnecting', 'connected'])
  })

  it('is a socket after an outage, if that answers', async () => {
    const { client } = start()
    await pass(4000)
    network.refusesSockets = false
    await pass(1100)
    network.sockets[2]!.receive(state(1), at(1))
    await pass(0)
    expect(client.transport).toBe('socket')
    expect(network.requests).toEqual([])
  })

  it('is a stream beside a socket that brings nothing, and the socket once it does', async () => {
    const { client, statuses } = start()
    await pass(4000)
    network.refusesSockets = false
    await pass(3200)
    network.requests[0]!.answer(state(1) + at(1))
    await pass(0)
    expect(client.transport).toBe('stream')
    network.sockets[2]!.receive(at(1))
    await pass(0)
    expect(client.transport).toBe('socket')
    expect(network.requests[0]!.isAborted).toBe(true)
    expect(statuses.at(-1)).toBe('connected')
  })

  it.each(['nothing', 'no frame'])(
    'is polling after a stream that brings %s for 4 s',
    async (what) => {
      const { client } = start()
      await pass(5100)
      if (what === 'no frame') network.requests[0]!.answer('')
      await pass(3900)
      expect(network.requests).toHaveLength(1)
      await pass(200)
      expect(network.requests[0]!.isAborted).toBe(true)
      expect(network.requests[1]!.path).toBe('/s/board/state')
      network.requests[1]!.answer(state(1) + at(1))
      network.requests[1]!.end(next('epoch=e&seq=1&cursor=a'))
      await pass(0)
      expect(client.state).toEqual({ score: { n: 1 } })
      expect(client.transport).toBe('poll')
      expect(network.requests[2]!.path).toBe('/s/board/log?epoch=e&seq=1&cursor=a&live=1')
      expect(client.problems).toEqual([])
    },
  )

  it.each([404, 405, 501])('is polling where streams are turned off (%i)', async (status) => {
    const { client } = start()
    await pass(5100)
    network.requests[0]!.refuse(status, '<html>')
    await pass(0)
    expect(network.requests[1]!.path).toBe('/s/board/state')
    network.requests[1]!.answer(state(1) + at(1))
    network.requests[1]!.end(next('epoch=e&seq=1&cursor=a'))
    await pass(0)
    expect(client.transport).toBe('poll')
  })

  it('is polling after three streams in a row that were cut off within 10 s', async () => {
    start({ backoff: { first: 500, max: 500 } })
    await pass(1100)
    for (let cut = 0; cut < 3; cut++) {
      expect(network.requests[cut]!.path).toContain('/stream')
      network.requests[cut]!.answer(state(1) + at(1))
      await pass(0)
      network.requests[cut]!.fail()
      await pass(600)
    }
    expect(network.requests[3]!.path).toBe('/s/board/log?epoch=e&seq=1')
  })

  it('tells the user about a relay that answers neither way', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { client } = start()
    await pass(5100)
    network.requests[0]!.refuse(502, '<html>')
    await pass(0)
    await expect.poll(() => client.problems.map(({ code }) => code)).toEqual(['VS120'])
  })

  // A dial that polls has no limit but its own, and a socket that never ended kept it for ever.
  it('tells the user about an address that swallows everything', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    network.refusesSockets = false
    const { client } = start()
    for (let second = 0; second < 60; second++) await pass(1000)
    await expect.poll(() => client.problems.map(({ code }) => code)).toEqual(['VS120'])
  })
})

describe('the memory', () => {
  const remember = (transport: string) =>
    network.stored.set(KEY, JSON.stringify({ 'ws://relay': [transport, Date.now()] }))

  it('makes the next page begin with what worked, and try a socket beside it', async () => {
    remember('stream')
    const { client } = start()
    await pass(0)
    await expect.poll(() => network.requests.map(({ path }) => path)).toEqual(['/s/board/stream'])
    expect(network.sockets).toEqual([])
    network.requests[0]!.answer(state(1) + at(1))
    await pass(0)
    await pass(0)
    expect(client.transport).toBe('stream')
    expect(network.sockets).toHaveLength(1)
  })

  it('of what no longer works costs one try', async () => {
    remember('stream')
    network.refusesSockets = false
    const { client } = start()
    await expect.poll(() => network.requests.length).toBe(1)
    // A relay of an earlier version has neither.
    for (const which of [0, 1]) {
      network.requests[which]!.refuse(404, 'Not Found')
      await pass(0)
    }
    network.sockets[0]!.receive(state(1), at(1))
    await pass(0)
    expect(client.transport).toBe('socket')
    expect(network.stored.size).toBe(0)
  })

  it('ends when the network changes, and a socket is tried at once', async () => {
    const page = new EventTarget()
    vi.stubGlobal('window', page)
    vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
    await startStream()
    expect(network.stored.get(KEY)).toContain('stream')
    page.dispatchEvent(new Event('online'))
    expect(network.stored.size).toBe(0)
    await pass(0)
    const before = network.sockets.length
    network.requests.at(-1)!.answer(at(1))
    await pass(0)
    await pass(0)
    expect(network.sockets).toHaveLength(before + 1)
  })

  it('that is blocked does not matter', async () => {
    const blocked = () => {
      throw new Error('SecurityError')
    }
    await startStream({ storage: { getItem: blocked, setItem: blocked, removeItem: blocked } })
  })
})
