import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
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
