import { describe, expect, it, vi } from 'vitest'
import {
  at,
  change,
  line,
  network,
  next,
  pass,
  start,
  startPoll,
  startStream,
  state,
  stay,
  useNetwork,
} from './viewer-bed.ts'

useNetwork()

describe('a stream', () => {
  it('goes on with the next one, and nobody sees it', async () => {
    const { client, statuses, shown } = await startStream()
    await stay(45)
    network.requests[0]!.end(change(2) + next('epoch=e&seq=2'))
    await pass(0)
    expect(network.requests.at(-1)!.path).toBe('/s/board/stream?epoch=e&seq=2')
    network.requests.at(-1)!.answer(at(2))
    network.requests.at(-1)!.send(change(3))
    await pass(0)
    expect(client.state).toEqual({ score: { n: 3 } })
    expect(shown).toEqual([1, 2, 3])
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(1)
  })

  it('that is cut off is a lost connection, which goes on at its position', async () => {
    const { client } = await startStream()
    await pass(20_000)
    network.requests[0]!.fail()
    await pass(0)
    expect(client.status).toBe('reconnecting')
    await pass(2000)
    expect(network.requests.at(-1)!.path).toBe('/s/board/stream?epoch=e&seq=1')
  })

  it('is replaced after 35 s of silence', async () => {
    const { client } = await startStream()
    await pass(34_000)
    expect(client.status).toBe('connected')
    await pass(1500)
    expect(network.requests[0]!.isAborted).toBe(true)
    expect(client.status).toBe('reconnecting')
  })

  it('shows how much of a long frame has arrived, and is not silent meanwhile', async () => {
    const { client } = start()
    await pass(5100)
    const long = JSON.stringify({
      type: 'session_update',
      epoch: 'e',
      seq: 1,
      payload: { score: { text: 'x'.repeat(300_000) } },
    })
    network.requests[0]!.answer(`#${long.length} text\n${long.slice(0, 100_000)}`)
    for (let waited = 0; waited < 45; waited += 5) {
      await pass(5000)
      network.requests[0]!.send(long.slice(100_000 + waited, 100_005 + waited))
    }
    await pass(0)
    expect(client.progress).toEqual({ received: 100_045, total: long.length })
    expect([client.status, client.stale]).toEqual(['connected', true])
    network.requests[0]!.send(`${long.slice(100_045)}\n${at(1)}`)
    await pass(0)
    expect([client.progress, client.stale]).toEqual([undefined, false])
  })
})

// The viewer asked a proxy that answers in the relay's place, such as one that keeps streams, a thousand times a second.
it.each([
  { transport: 'stream', startOne: startStream, frames: at(1), most: 10 },
  { transport: 'poll', startOne: startPoll, frames: state(1) + at(1), most: 60 },
])('requests have a limit if each is answered at once ($transport)', async (given) => {
  await given.startOne()
  const before = network.requests.length
  if (given.transport === 'stream') network.requests.at(-1)!.end(next('epoch=e&seq=1'))
  let answered = given.transport === 'stream' ? network.requests.at(-1) : undefined
  // Two seconds in steps that are shorter than any wait.
  for (let step = 0; step < 80; step++) {
    await pass(25)
    const open = network.requests.at(-1)!
    if (open === answered) continue
    answered = open
    open.answer(given.frames)
    open.end(next('epoch=e&seq=1&cursor=a'))
  }
  expect(network.requests.length - before).toBeGreaterThan(3)
  expect(network.requests.length - before).toBeLessThan(given.most)
})

describe('an answer from a cache', () => {
  it('that is old is no proof that the host is online', async () => {
    const { client } = start()
    await pass(5100)
    network.requests[0]!.answer(state(1) + at(1), { age: '30' })
    await pass(0)
    expect(client.state).toEqual({ score: { n: 1 } })
    expect([client.host, client.stale]).toEqual([undefined, true])
  })
})

describe('polls', () => {
  it('wait for the relay, without a word between two of them', async () => {
    const { client, statuses, shown } = await startPoll()
    for (let seq = 2; seq < 5; seq++) {
      await pass(3000)
      network.requests.at(-1)!.answer(change(seq) + at(seq))
      network.requests.at(-1)!.end(next(`epoch=e&seq=${seq}&cursor=b`))
      await pass(0)
      expect(network.requests.at(-1)!.path).toBe(`/s/board/log?epoch=e&seq=${seq}&cursor=b&live=1`)
    }
    expect(shown).toEqual([1, 2, 3, 4])
    expect(client.status).toBe('connected')
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(1)
  })

  it('do not flood a cache that answers each of them at once', async () => {
    await startPoll()
    for (let turn = 0; turn < 20; turn++) {
      const open = network.requests.at(-1)!
      open.answer(at(1))
      open.end(next('epoch=e&seq=1&cursor=a'))
      await pass(0)
      if (network.requests.at(-1) === open) break
    }
    const before = network.requests.length
    expect(before).toBeLessThan(10)
    await pass(1100)
    expect(network.requests).toHaveLength(before + 1)
  })
})

describe('a refusal', () => {
  const refusal = (code: number, reason = 'why') => JSON.stringify({ error: 'x', code, reason })

  it('with a permanent code stops the viewer', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { client } = start()
    await pass(5100)
    network.requests[0]!.refuse(403, refusal(4403))
    await pass(0)
    expect([client.status, client.error?.code]).toEqual(['disconnected', 'VS112'])
    await pass(60_000)
    expect(network.requests).toHaveLength(1)
  })

  it('of a relay without room is shown, and the viewer tries again', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { client } = start()
    await pass(5100)
    network.requests[0]!.refuse(429, refusal(4029, 'its limit of viewers'))
    await pass(0)
    await expect.poll(() => client.problems.map(({ code }) => code)).toEqual(['VS126'])
    await pass(5000)
    network.requests[1]!.answer(state(1) + at(1))
    await pass(0)
    expect([client.status, client.problems]).toEqual(['connected', []])
  })

  it('inside a stream ends it as a socket would', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { client } = await startStream()
    network.requests[0]!.end(line({ type: 'close', code: 4410, reason: 'over' }))
    await pass(0)
    expect([client.status, client.error?.code]).toEqual(['disconnected', 'VS104'])
  })
})
