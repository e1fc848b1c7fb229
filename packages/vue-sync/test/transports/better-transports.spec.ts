import { describe, expect, it, vi } from 'vitest'
import {
  at,
  change,
  line,
  network,
  next,
  pass,
  startPoll,
  startStream,
  state,
  stay,
  useNetwork,
} from './viewer-bed.ts'

useNetwork()

describe('a better transport', () => {
  it('is tried after 1 min, then after twice as long each time, up to 10 min', async () => {
    await startStream()
    const dials: number[] = []
    for (let second = 0, before = network.sockets.length; second < 45 * 60; second++) {
      await vi.advanceTimersByTimeAsync(1000)
      if (second % 15 === 0) network.requests[0]!.send(at(1))
      if (network.sockets.length > before) dials.push(second + 1)
      before = network.sockets.length
    }
    expect(dials.map((second, turn) => Math.round((second - (dials[turn - 1] ?? 0)) / 60))).toEqual(
      [1, 2, 4, 8, 10, 10, 10],
    )
  })

  it('takes over with its first frame: nothing is lost, shown twice or set back', async () => {
    const { client, statuses, shown } = await startStream()
    network.refusesSockets = false
    await pass(30_000)
    network.requests[0]!.send(change(2))
    await pass(30_000)
    const probe = network.sockets.at(-1)!
    expect(probe.url).toBe('ws://relay/s/board?epoch=e&seq=2&parts=1')
    network.requests[0]!.send(change(3))
    await pass(0)
    probe.receive(change(3), change(4), at(4))
    await pass(0)
    expect(client.transport).toBe('socket')
    expect(shown).toEqual([1, 2, 3, 4])
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(1)
    expect(network.requests[0]!.isAborted).toBe(true)
    expect(network.stored.size, 'the next page begins with a socket').toBe(0)
  })

  it('takes over within a connection, so tools that record one see no end', async () => {
    const events: string[] = []
    await startStream({
      onConnection(connection) {
        for (const type of ['open', 'message', 'close'])
          connection.addEventListener(type, () => events.push(type))
      },
    })
    events.length = 0
    network.refusesSockets = false
    await stay(60)
    network.sockets.at(-1)!.receive(change(2), at(2))
    await pass(0)
    expect(new Set(events)).toEqual(new Set(['message']))
  })

  it('that would set the state back is asked again, with the present position', async () => {
    const { client, shown } = await startStream()
    network.refusesSockets = false
    await stay(60)
    network.requests[0]!.send(change(2) + change(3))
    await pass(0)
    network.sockets.at(-1)!.receive(state(2), at(2))
    await pass(0)
    expect(client.transport).toBe('stream')
    expect(network.sockets.at(-1)!.url).toContain('seq=3')
    network.sockets.at(-1)!.receive(at(3))
    await pass(0)
    expect(client.transport).toBe('socket')
    expect(shown).toEqual([1, 3])
  })

  it('that fails soon after is left again, without a word', async () => {
    const { client, statuses } = await startStream()
    network.refusesSockets = false
    await stay(60)
    network.sockets.at(-1)!.receive(at(1))
    await pass(5000)
    expect(client.transport).toBe('socket')
    network.sockets.at(-1)!.end(1006)
    await pass(0)
    expect(network.requests.at(-1)!.path).toBe('/s/board/stream?epoch=e&seq=1')
    network.requests.at(-1)!.answer(at(1))
    await pass(0)
    expect(client.transport).toBe('stream')
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(1)
  })

  it('than polls may be a stream: the relay then ends the poll that waits', async () => {
    const { client, statuses, shown } = await startPoll()
    await stay(60)
    const [waiting, probe] = network.requests.slice(-2)
    expect(probe!.path).toBe('/s/board/stream?epoch=e&seq=1')
    waiting!.answer(line({ type: 'close', code: 1000, reason: 'Another request' }))
    waiting!.end()
    await pass(0)
    probe!.answer(change(2) + at(2))
    await pass(0)
    expect(client.transport).toBe('stream')
    expect(shown).toEqual([1, 2])
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(1)
  })

  it('than polls that is held back again leads to polls again, without a word', async () => {
    const { client, statuses } = await startPoll()
    await stay(60)
    network.requests.at(-2)!.answer(line({ type: 'close', code: 1000, reason: 'Another request' }))
    network.requests.at(-2)!.end()
    await pass(4100)
    expect(network.requests.at(-1)!.path).toBe('/s/board/log?epoch=e&seq=1')
    network.requests.at(-1)!.answer(at(1))
    network.requests.at(-1)!.end(next('epoch=e&seq=1&cursor=c'))
    await pass(0)
    expect(client.transport).toBe('poll')
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(1)
  })
})
