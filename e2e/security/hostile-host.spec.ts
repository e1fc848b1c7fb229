import { deflateRawSync } from 'node:zlib'
import { defineStore } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { errorText, expectErrors } from '../support/apps/printed.ts'
import { msgpack } from '@vue-sync/vue/msgpack'
import { syncViewer, useSyncViewer } from '@vue-sync/vue/viewer'
import { type Client, config, connect, session } from '../../server/test/client.ts'
import { createTestApp, stubPage, unmountApps } from '../support/apps/app.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

const UNSHOWN = errorText('viewer', 'VS114')

let relay: TestRelay
let host: Client
/** Connections that the viewer made. */
let dials = 0

beforeEach(async () => {
  stubPage()
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  // A viewer notices at the next heartbeat that it could not read the latest message.
  relay = await startRelay(0, { heartbeat: 300 })
  dials = 0
  host = await connect(relay, 'host')
})
afterEach(async () => {
  unmountApps()
  await host.close()
  await relay.stop()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const useBox = defineStore('box', {
  state: () => ({ n: 0, map: {} as Record<string, unknown>, list: [] as unknown[] }),
})

class CountedSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols)
    dials++
  }
}

function openViewer() {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncViewer, {
    url: `${relay.url}#k=${VIEWER_KEY}`,
    backoff: { first: 1, max: 5 },
    codecs: [msgpack()],
    WebSocket: CountedSocket,
  })
  app.mount({})
  return { box: useBox(pinia), ...app.runWithContext(useSyncViewer) }
}

const whole = (seq: number, list: unknown[] = []) => ({
  ...session('e', seq, {}),
  payload: { box: { n: seq, map: {}, list } },
})
const patched = (seq: number, patch: object[]) => ({ ...config('e', seq, {}), payload: {}, patch })
const frame = (head: object, body: Uint8Array) =>
  Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body])

const double = Array.from({ length: 28 }, (_, index) => [
  { op: 'copy', from: '/box/map', path: `/box/list/${index}` },
  { op: 'copy', from: '/box/list', path: '/box/map/list' },
]).flat()
const binary = { type: 'config_update', epoch: 'e', seq: 2 }
const deep = `{"type":"config_update","epoch":"e","seq":2,"payload":{"box":{"list":${'['.repeat(600)}${']'.repeat(600)}}}}`

const DELTAS: [string, string | Buffer][] = [
  ['28 doublings by `copy`', JSON.stringify(patched(2, double))],
  [
    '60,000 insertions at the head of a long list',
    JSON.stringify(
      patched(
        2,
        Array.from({ length: 60_000 }, () => ({ op: 'add', path: '/box/list/0', value: 1 })),
      ),
    ),
  ],
  [
    'a body that unpacks to 120 MiB',
    frame({ ...binary, compress: 'deflate-raw' }, deflateRawSync(Buffer.alloc(120 * 1024 * 1024))),
  ],
  [
    'a MessagePack list of 4 billion',
    frame({ ...binary, codec: 'msgpack' }, Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff])),
  ],
  [
    'MessagePack that nests a million levels deep',
    frame({ ...binary, codec: 'msgpack' }, Buffer.alloc(1_000_000, 0x91)),
  ],
]

it.each(DELTAS)(
  'a viewer that is sent %s keeps its state, asks again once, and shows the next state',
  async (_, hostile) => {
    expectErrors(UNSHOWN)
    const list = Array.from({ length: 300_000 }, (__, id) => id)
    host.send(whole(1, list))
    const { box, problem, stale, status } = openViewer()
    await expect.poll(() => box.n).toBe(1)
    const others = await connect(relay, 'viewer')
    host.socket.send(hostile)
    await expect.poll(() => problem.value?.code, { timeout: 60_000 }).toBe('VS114')
    expect([box.n, box.list.length, stale.value, status.value]).toEqual([
      1,
      300_000,
      true,
      'connected',
    ])
    // The host goes on. Nothing of it can be shown, and the viewer does not dial again and again.
    const before = dials
    expect(before).toBeLessThanOrEqual(3)
    for (let seq = 3; seq < 20; seq++) host.send(config('e', seq, { n: seq }))
    await others.until(({ seq, type }) => seq === 19 && type === 'status')
    expect([box.n, status.value, problem.value?.code]).toEqual([1, 'connected', 'VS114'])
    // It may have asked once more, after 5 s.
    expect(dials).toBeLessThanOrEqual(before + 1)
    host.send(whole(20, [1]))
    await expect.poll(() => box.n).toBe(20)
    expect([box.list, problem.value, stale.value]).toEqual([[1], undefined, false])
    await others.close()
  },
)

it('a viewer that cannot show the whole state waits for the next one', async () => {
  expectErrors(UNSHOWN)
  const bomb = deflateRawSync(Buffer.alloc(120 * 1024 * 1024))
  host.socket.send(frame({ ...binary, type: 'session_update', compress: 'deflate-raw' }, bomb))
  const { box, problem, storeIds, status } = openViewer()
  await expect.poll(() => problem.value?.code, { timeout: 60_000 }).toBe('VS114')
  expect([box.n, storeIds.value, status.value]).toEqual([0, [], 'connected'])
  host.send(whole(3))
  await expect.poll(() => box.n).toBe(3)
  expect(problem.value).toBeUndefined()
})

it('a relay drops what nests too deep, before it reaches a viewer', async () => {
  host.send(whole(1))
  const { box, problem } = openViewer()
  await expect.poll(() => box.n).toBe(1)
  host.socket.send(deep)
  host.socket.send(
    `{"type":"config_update","epoch":"e","seq":2,"payload":{"box":{"a":${'['.repeat(2 ** 23)}`,
  )
  const began = performance.now()
  host.send(config('e', 2, {}))
  host.send(whole(3))
  await expect.poll(() => box.n).toBe(3)
  expect(performance.now() - began).toBeLessThan(10_000)
  expect(problem.value).toBeUndefined()
})

it('a hash that never fits makes a viewer load the state once, and not at every heartbeat', async () => {
  expectErrors(UNSHOWN)
  host.send(whole(1))
  const { box, problem, stale } = openViewer()
  await expect.poll(() => box.n).toBe(1)
  host.send({ type: 'status', epoch: 'e', seq: 1, payload: { hash: 1 } })
  await expect.poll(() => problem.value?.code).toBe('VS114')
  const before = dials
  expect(before).toBeLessThanOrEqual(3)
  const other = await connect(relay, 'viewer')
  await expect.poll(() => other.of('status').length).toBeGreaterThan(6)
  expect([dials, box.n, stale.value]).toEqual([before, 1, true])
  host.send(config('e', 2, {}))
  host.send(whole(3))
  await expect.poll(() => box.n).toBe(3)
  expect(problem.value).toBeUndefined()
  await other.close()
})
