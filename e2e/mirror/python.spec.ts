import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { defineStore } from 'pinia'
import { isReactive, reactive, toRaw } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { syncPlugin } from '@vue-sync/vue/host'
import { hashOf, offerProtocols, type Payload } from '@vue-sync/vue/protocol'
import { syncViewer, useSyncedState, useSyncViewer } from '@vue-sync/vue/viewer'
import { createTestApp, stubPage, unmountApps } from '../support/apps/app.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'
import { type PythonPeer, startPython } from '../support/system/python-peer.ts'
import { TOOLS } from '../support/system/tools.ts'

// The peers in examples/python know nothing of this library but PROTOCOL.md.
const STEPS = 50
const SEED = 13

type Json = Payload[string][string]
/** What the Python viewer prints after each change. */
interface Shown {
  epoch: string
  seq: number
  hash: number
  state: Payload
}

const KEYS = [
  'a',
  'b',
  '',
  'length',
  'valueOf',
  'toString',
  'constructor',
  'hasOwnProperty',
  '~0/~1',
  'é😀',
]
const FIELDS = [...KEYS, 'then']
const STORES = ['board', 'toString', 'a/b~c']
const NUMBERS = [0, -0, 1e21, 1e-7, 123456789012345680000, 2 ** 53, 2 ** 64, -1.5, 5e-324, 1e300]
const TEXTS = [
  '',
  '__proto__',
  '\ud83d',
  '\ude00\ud83d',
  '\u2028"\\/\u007f\u001f',
  '🎈',
  'x'.repeat(200),
]

const leaf = (): fc.Arbitrary<Json> =>
  fc.oneof(
    fc.constantFrom<Json[]>(null, true, false),
    fc.constantFrom(...NUMBERS),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(...TEXTS),
    fc.string({ unit: 'binary' }),
  )
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 4 }),
  ),
}))
/** Where a step changes the state, and what it puts there; `undefined` removes. */
const change = fc.record({
  store: fc.constantFrom(...STORES, STORES[0]!, STORES[0]!),
  field: fc.constantFrom(...FIELDS),
  way: fc.array(fc.nat(4), { maxLength: 3 }),
  put: fc.option(value, { nil: undefined, freq: 6 }),
})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

/** Changes a container of JSON at one place. */
/** Reads an own property. Vue's proxies give their own function for the key `hasOwnProperty`. */
function ownOf(holder: object, key: string): Json {
  const value = (toRaw(holder) as { [key: string]: Json })[key]!
  const isTracked = isReactive(holder) && typeof value === 'object' && value !== null
  return isTracked ? (reactive(value as object) as unknown as Json) : value
}

function edit(holder: Json, way: readonly number[], put: Json | undefined): void {
  if (typeof holder !== 'object' || holder === null) return
  const keys = Object.keys(holder)
  const [step, ...rest] = way
  if (step === undefined || keys.length === 0) {
    if (Array.isArray(holder)) holder.push(put ?? null)
    else if (put !== undefined) (holder as { [key: string]: Json })['added'] = put
    return
  }
  const key = keys[step % keys.length]! as never
  if (rest.length > 0) return edit(ownOf(holder, key), rest, put)
  if (put !== undefined) holder[key] = put as never
  else if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

function applyChange(state: Payload, { store, field, way, put }: Change): void {
  if (!Object.hasOwn(state, store)) state[store] = {}
  const fields = state[store]!
  if (way.length > 0 && Object.hasOwn(fields, field)) edit(fields[field]!, way, put)
  else if (put !== undefined) fields[field] = put
  else delete fields[field]
}

/** As JSON carries it: without a negative zero, and not shared with anything. */
const copy = <T>(state: T): T => JSON.parse(JSON.stringify(toRaw(state))) as T
const wireHash = (state: Payload): number => hashOf(state, new WeakMap())

function states(): Payload[] {
  const state: Payload = { board: {} }
  return fc.sample(change, { seed: SEED, numRuns: STEPS }).map((step) => {
    applyChange(state, step)
    return copy(state)
  })
}

let relay: TestRelay
let peers: PythonPeer[]

beforeEach(async () => {
  stubPage()
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  peers = []
  relay = await startRelay()
})
afterEach(async () => {
  unmountApps()
  await Promise.all(peers.map((peer) => peer.stop()))
  await relay.stop()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

function start(file: string, ...args: string[]): PythonPeer {
  const peer = startPython(file, ...args)
  peers.push(peer)
  return peer
}

const lastShown = ({ lines }: PythonPeer): Shown | undefined => {
  const line = lines.at(-1)
  return line === undefined ? undefined : (JSON.parse(line) as Shown)
}

async function expectShown(viewer: PythonPeer, state: Payload): Promise<void> {
  await expect
    .poll(() => lastShown(viewer)?.hash, { interval: 5 })
    .toBe(wireHash(state))
    .catch((error: unknown) => {
      // Says more than two numbers.
      expect(lastShown(viewer)?.state, viewer.errors.join('\n')).toEqual(state)
      throw error
    })
  expect(lastShown(viewer)!.state).toEqual(state)
}

describe.skipIf(!TOOLS.python)('peers in Python that were written from PROTOCOL.md', () => {
  it('fit the test vectors', async () => {
    const peer = start('check_vectors.py')
    expect(await peer.whenEnded, peer.errors.join('\n')).toBe(0)
    expect(peer.lines.at(-1)).toBe('32 of 32 vectors fit')
  })

  it('a host there keeps its viewer, this library’s and that of PROTOCOL.md equal', async () => {
    const { app, pinia } = createTestApp()
    app.use(syncViewer, { url: `${relay.url}#k=${VIEWER_KEY}` }).use(pinia)
    app.mount({})
    const ours = app.runWithContext(useSyncViewer)
    const views = STORES.map((id) => [id, app.runWithContext(() => useSyncedState(id))] as const)
    const oursShows = () =>
      Object.fromEntries(views.flatMap(([id, view]) => (view.value ? [[id, view.value]] : [])))
    const page = readFileSync(
      new URL('../../packages/vue-sync/PROTOCOL.md', import.meta.url),
      'utf8',
    )
    const snippet = /```js\n([\s\S]*?)```/.exec(page)![1]!
    // oxlint-disable-next-line no-implied-eval, no-new-func, typescript/no-implied-eval -- runs the documentation
    const view = new Function(`${snippet}\nreturn view`)() as (
      ...args: [string, string, (state: Payload) => void]
    ) => () => void
    let sample: Payload | undefined
    const stop = view(`${relay.url}/`, VIEWER_KEY, (state) => (sample = state))

    const host = start('host.py', `${relay.url}/#k=${encodeURIComponent(HOST_KEY)}`)
    const viewer = start('viewer.py', `${relay.url.replace('ws', 'http')}/#k=${VIEWER_KEY}`)
    for (const state of states()) {
      host.send(JSON.stringify(state))
      await expectShown(viewer, state)
      await expect.poll(oursShows, { interval: 5 }).toEqual(state)
      await expect.poll(() => sample, { interval: 5 }).toEqual(state)
      expect(ours.status.value).toBe('connected')
    }
    // A key that looks like a list's, which the viewers of this library once could not patch.
    const odd: Payload = { board: { f: { x: 1, length: { toString: 1 } } } }
    for (const x of [1, 2]) {
      Object.assign(odd['board']!['f']!, { x, fill: 'x'.repeat(100) })
      host.send(JSON.stringify(odd))
      await expectShown(viewer, odd)
      await expect.poll(oursShows, { interval: 5 }).toEqual(odd)
      await expect.poll(() => sample, { interval: 5 }).toEqual(odd)
    }
    expect(host.errors).toEqual([])
    expect(viewer.errors).toEqual([])
    stop()
  })

  it('a viewer there is equal to this library’s host, also after it comes late', async () => {
    const initial: Record<'a' | 'b' | 'length', unknown> = { a: null, b: null, length: null }
    const useBoard = defineStore('board', { state: () => initial, sync: true })
    const { app, pinia } = createTestApp()
    app.use(pinia).use(syncPlugin, { url: relay.url, key: HOST_KEY, debounce: 5 })
    app.mount({})
    const board = useBoard(pinia)
    const viewer = start('viewer.py', `${relay.url}/#k=${VIEWER_KEY}`)
    const steps = fc.sample(change, { seed: SEED + 1, numRuns: STEPS })
    const fields = ['a', 'b', 'length'] as const
    for (const [index, { way, put }] of steps.entries()) {
      const field = fields[index % 3]!
      if (way.length > 0 && board[field] !== null)
        edit(board[field] as Json, way, copy(put ?? null))
      else board[field] = copy(put ?? null)
      await expectShown(viewer, { board: copy(board.$state) } as unknown as Payload)
    }
    const late = start('minimal_viewer.py', `${relay.url}/`, VIEWER_KEY)
    await expect
      .poll(() => JSON.parse(late.lines.at(-1) ?? 'null') as unknown)
      .toEqual({ board: copy(board.$state) })
    expect(viewer.errors).toEqual([])
  })

  it('a host there learns of its mistakes', async () => {
    const host = start('host.py', `${relay.url}/#k=${HOST_KEY}`)
    host.send('{"board": {"a": 1}}')
    const viewer = start('viewer.py', `${relay.url}/#k=${VIEWER_KEY}`)
    await expectShown(viewer, { board: { a: 1 } })
    host.send('{"board": 7}')
    await expect.poll(() => host.errors.join('\n')).toContain('Not published')
    host.send('{"board": {"a": {"__proto__": 1}}}')
    await expect.poll(() => host.errors.join('\n')).toContain("'code': 'reserved_key'")
    await expect.poll(() => viewer.lines.at(-1)).toContain('{"a":{"__proto__":1}}')
    const second = new WebSocket(relay.url, offerProtocols('host', HOST_KEY))
    expect(await host.whenEnded).toBe(1)
    expect(host.errors.join('\n')).toContain('Stopped: (4409')
    second.close()
  })
})
