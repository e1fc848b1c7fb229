import { once } from 'node:events'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { type ChildRelay, startChildRelay } from './child-relay.ts'
import { fuzzedFrame, mutate, seeded } from './fuzz-arbitraries.ts'
import { type AnyMessage, type Client, config, connect, session } from './client.ts'

// A real relay in its own process, so that uncaught errors end it and its heap can be measured.
const FRAMES = 100_000
const ROUNDS = 4
/** Frames between two updates of the session that must not be disturbed. */
const BETWEEN = 500
/** Bytes that a client may have buffered before it sends the next frame. */
const WAITING = 256 * 1024

let relay: ChildRelay
beforeEach(async () => {
  // The limit for viewers' messages has its own test. Here the relay should read every frame.
  const limits = { viewerMessage: 16 * 1024 * 1024 }
  relay = await startChildRelay({ hostKey: 'host-key-of-the-fuzz-tests', open: true, limits })
})
afterEach(() => relay.stop())

const join = (role: 'host' | 'viewer', path: string, key = 'host-key-of-the-fuzz-tests') => {
  const server = { getStatus: () => ({ port: relay.port }) }
  return connect(server as never, role, { path, key: role === 'host' ? key : undefined })
}

/** Records the numbers that a viewer received, and drops their frames. */
function recordSteps({ socket, frames }: Client): number[] {
  const steps: number[] = []
  socket.on('message', () => {
    const { type, payload } = JSON.parse(frames.pop()!) as AnyMessage
    if (type !== 'status') steps.push((payload['s'] as { n: number }).n)
  })
  return steps
}

async function sendAll(socket: WebSocket, frames: Iterable<string | Buffer>): Promise<void> {
  for (const frame of frames) {
    // A viewer that sends too many frames is closed.
    if (socket.readyState !== socket.OPEN) return
    socket.send(frame)
    if (socket.bufferedAmount > WAITING)
      await new Promise<void>((resolve) => socket.ping('', undefined, () => resolve()))
  }
  // Pongs come in order, so the relay has read everything before it.
  socket.ping('read')
  // Removes the listeners of the event that did not happen.
  const done = new AbortController()
  const when = (event: string): Promise<unknown> => once(socket, event, { signal: done.signal })
  await Promise.race([when('pong'), when('close')])
  done.abort()
}

const TRAFFIC = [
  session('e', 1, { n: 1, list: [1, 2], map: { a: { b: 'c' } } }),
  config('e', 2, { n: 2 }),
  { ...config('e', 3, {}), patch: [{ op: 'add', path: '/s/list/-', value: 3 }] },
  { type: 'status', epoch: 'e', seq: 3, payload: { hash: 1234, name: 'A name' } },
].map((message) => Buffer.from(JSON.stringify(message)))

/** Generated frames and mutated real ones, alternating. */
function* makeFrames(
  pool: (string | Buffer)[],
  count: number,
  seed: number,
): Generator<string | Buffer> {
  const random = seeded(seed)
  for (let sent = 0; sent < count; sent++) {
    const made = Buffer.from(pool[Math.floor(random() * pool.length)]!)
    const real = TRAFFIC[Math.floor(random() * TRAFFIC.length)]!
    const frame = mutate(sent % 2 === 0 ? made : real, random)
    if (sent % 8 < 2) yield made
    else if (sent % 4 === 1) yield frame.toString()
    else yield frame
  }
}

it(`${FRAMES} malformed frames disturb no other session and leak no memory`, async () => {
  const host = await join('host', '/s/calm')
  const viewer = await join('viewer', '/s/calm')
  const steps = recordSteps(viewer)
  host.socket.removeAllListeners('message')
  let step = 0
  host.send(session('calm', 0, { n: 0 }))
  const sendStep = () => host.send(config('calm', ++step, { n: step }))

  const heaps: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const members = [
      () => join('host', '/s/wild'),
      () => join('viewer', '/s/wild'),
      () => join('viewer', '/s/calm'),
      () => join('host', '/s/calm', 'not the key'),
    ]
    const crowd = await Promise.all(members.map((enter) => enter()))
    const count = FRAMES / ROUNDS / BETWEEN
    const pool = fc.sample(fuzzedFrame, { numRuns: 3000, seed: round })
    for (let part = 0; part < count; part++) {
      const member = part % 3
      if (crowd[member]!.socket.readyState !== 1) crowd[member] = await members[member]!()
      const { socket } = crowd[member]!
      await sendAll(socket, makeFrames(pool, BETWEEN, round * count + part))
      sendStep()
      if (step % 60 === 0) host.send(session('calm', step, { n: step }))
    }
    for (const { socket } of crowd) socket.removeAllListeners('message')
    // After each round the relay holds the same state.
    const next = await join('host', '/s/wild')
    next.send(session('next', round, { n: round }))
    const late = await join('viewer', '/s/wild')
    await late.until(({ epoch, seq }) => epoch === 'next' && seq === round)
    for (const { socket } of [...crowd, next, late]) {
      socket.terminate()
      if (socket.readyState !== socket.CLOSED) await once(socket, 'close')
    }
    await expect.poll(async () => (await relay.usage()).viewers).toBe(1)
    heaps.push((await relay.usage()).heap)
  }
  await expect.poll(() => steps.at(-1)).toBe(step)
  expect(steps).toEqual(Array.from({ length: steps.length }, (_, at) => steps[0]! + at))
  // The first round warms up code and caches.
  expect(heaps.at(-1)! / heaps[1]!, String(heaps)).toBeLessThan(1.05)
  expect(relay.said()).toBe('')
}, 180_000)
