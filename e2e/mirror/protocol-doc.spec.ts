import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { offerProtocols } from '@vue-sync/vue/protocol'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

type View = (url: string, key: string, onState: (state: unknown) => void) => () => void

const page = readFileSync(new URL('../../packages/vue-sync/PROTOCOL.md', import.meta.url), 'utf8')
const snippet = /```js\n([\s\S]*?)```/.exec(page)![1]!

let relay: TestRelay
beforeEach(async () => {
  relay = await startRelay()
})
afterEach(() => relay.stop())

/** Connects a minimal host, as PROTOCOL.md describes it, and sends the messages. */
async function publish(...messages: object[]): Promise<WebSocket> {
  const socket = new WebSocket(relay.url, offerProtocols('host', HOST_KEY))
  await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
  for (const message of messages) socket.send(JSON.stringify(message))
  return socket
}

const full = (seq: number, state: object) => ({
  type: 'session_update',
  epoch: 'e',
  seq,
  payload: { s: state },
})
const delta = (seq: number, state: object) => ({
  type: 'config_update',
  epoch: 'e',
  seq,
  payload: { s: state },
})

it('the viewer in PROTOCOL.md has at most 30 lines, and follows a host across a relay restart', async () => {
  expect(snippet.trim().split('\n').length).toBeLessThanOrEqual(30)
  // oxlint-disable-next-line no-implied-eval, no-new-func, typescript/no-implied-eval -- runs the documentation
  const view = new Function(`${snippet}\nreturn view`)() as View
  let state: unknown
  const stop = view(`${relay.url}/`, VIEWER_KEY, (next) => (state = structuredClone(next)))
  const shows = (expected: object) =>
    expect.poll(() => state, { timeout: 8000 }).toEqual({ s: expected })

  const host = await publish(full(1, { a: 1, b: 1 }), delta(2, { a: 2 }))
  await shows({ a: 2, b: 1 })

  const { port } = relay.getStatus()
  host.close()
  await relay.stop()
  relay = await startRelay(port)
  const again = await publish(full(4, { a: 4, b: 1 }), delta(5, { b: 5 }))
  await shows({ a: 4, b: 5 })

  again.send(
    JSON.stringify({
      ...delta(6, { list: ['x', 'y', 'z'], 'odd/~': { n: 1 } }),
      patch: [
        { op: 'replace', path: '/s/odd~1~0/n', value: 2 },
        { op: 'move', from: '/s/list/2', path: '/s/list/0' },
        { op: 'replace', path: '/s/list/1', value: 'X' },
        { op: 'remove', path: '/s/list/2' },
        { op: 'add', path: '/s/list/-', value: 'end' },
        { op: 'remove', path: '/s/b' },
      ],
    }),
  )
  const final = { a: 4, list: ['z', 'X', 'end'], 'odd/~': { n: 2 } }
  await shows(final)

  let late: unknown
  const stopLate = view(`${relay.url}/`, VIEWER_KEY, (next) => (late = structuredClone(next)))
  await expect.poll(() => late).toEqual({ s: final })
  stop()
  stopLate()
  await expect.poll(() => relay.getStatus().clientCount).toBe(0)
  again.close()
})

describe('the viewer in PROTOCOL.md', () => {
  // oxlint-disable-next-line no-implied-eval, no-new-func, typescript/no-implied-eval -- runs the documentation
  const view = new Function(`${snippet}\nreturn view`)() as View

  it('sends a key that is not ASCII, and an epoch that a URL cannot hold', async () => {
    await relay.stop()
    const viewerKey = 'clé-des-spectateurs-🎈-for-tests'
    relay = await startRelay(0, { viewerKey })
    const epoch = 'a&b #%é+'
    const host = await publish({ ...full(1, { a: 1 }), epoch })
    let state: unknown
    const stop = view(`${relay.url}/`, viewerKey, (next) => (state = structuredClone(next)))
    await expect.poll(() => state).toEqual({ s: { a: 1 } })
    const { port } = relay.getStatus()
    await relay.stop()
    relay = await startRelay(port, { viewerKey })
    const again = await publish({ ...full(1, { a: 1 }), epoch }, { ...delta(2, { a: 2 }), epoch })
    await expect.poll(() => state, { timeout: 8000 }).toEqual({ s: { a: 2 } })
    // It came back with its position, so it was not sent the whole state.
    expect(relay.getStatus().clientCount).toBe(1)
    stop()
    for (const socket of [host, again]) socket.close()
  })

  it('applies a message completely or not at all, and asks for a whole state', async () => {
    const states: unknown[] = []
    const host = await publish(full(1, { a: 1, list: [1] }))
    const stop = view(`${relay.url}/`, VIEWER_KEY, (next) => states.push(structuredClone(next)))
    await expect.poll(() => states).toEqual([{ s: { a: 1, list: [1] } }])
    const bad = [
      { op: 'replace', path: '/s/a', value: 2 },
      { op: 'test', path: '/s/list/0', value: 1 },
    ]
    host.send(JSON.stringify({ ...delta(2, { b: 1 }), patch: bad }))
    host.send(JSON.stringify(full(3, { a: 3 })))
    await expect.poll(() => states.at(-1), { timeout: 8000 }).toEqual({ s: { a: 3 } })
    expect(states).not.toContainEqual({ s: { a: 2, b: 1, list: [1] } })
    stop()
    host.close()
  })

  it('holds new stores, and keys that JavaScript objects have by themselves', async () => {
    let state: unknown
    const host = await publish(full(1, { a: { length: { toString: 1 } } }))
    const stop = view(`${relay.url}/`, VIEWER_KEY, (next) => (state = JSON.stringify(next)))
    await expect.poll(() => state).toBe('{"s":{"a":{"length":{"toString":1}}}}')
    host.send(
      '{"type":"config_update","epoch":"e","seq":2,"payload":{"toString":{"__proto__":{"x":1}}},"patch":[' +
        '{"op":"replace","path":"/toString/__proto__/x","value":2},{"op":"add","path":"/s/a/length/valueOf","value":3}]}',
    )
    const final =
      '{"s":{"a":{"length":{"toString":1,"valueOf":3}}},"toString":{"__proto__":{"x":2}}}'
    await expect.poll(() => state).toBe(final)
    stop()
    host.close()
  })
})
