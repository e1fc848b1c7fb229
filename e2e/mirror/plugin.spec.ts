import { once } from 'node:events'
import { defineStore, type Pinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { errorText, expectErrors, recordErrors } from '../support/apps/printed.ts'
import { type App, computed, markRaw, readonly, ref, shallowReactive, shallowRef, watch } from 'vue'
import { type WebSocket as WebSocketConnection, WebSocketServer } from 'ws'
import { cbor } from '@vue-sync/vue/cbor'
import { syncPlugin, type SyncHostOptions, useSyncHost } from '@vue-sync/vue/host'
import { msgpack } from '@vue-sync/vue/msgpack'
import { protobuf } from '@vue-sync/vue/protobuf'
import { hashOf, offerProtocols, type StoreFields } from '@vue-sync/vue/protocol'
import {
  syncViewer,
  type SyncViewerOptions,
  useSyncedState,
  useSyncViewer,
  VIEWER_STORE_ID,
} from '@vue-sync/vue/viewer'
import { CounterSchema } from '../../packages/vue-sync/test/protobuf/proto/fixture_pb.js'
import { createTestApp, stubPage, unmountApps } from '../support/apps/app.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// Installs and removes the plugins in Node with a real relay; mirror.spec.ts tests them in a browser page.
let relay: TestRelay
let warnings: string[]

beforeEach(async () => {
  stubPage()
  warnings = []
  vi.spyOn(console, 'warn').mockImplementation((...args) => void warnings.push(args.join(' ')))
  relay = await startRelay()
})
afterEach(async () => {
  unmountApps()
  await relay.stop()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const hostOptions = (options: SyncHostOptions = {}) => ({
  url: relay.url,
  key: HOST_KEY,
  debounce: 20,
  ...options,
})

/** Mounts a host app that installs Pinia before the plugin. */
function startHost(options: SyncHostOptions = {}) {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncPlugin, hostOptions(options))
  app.mount({})
  return { app, pinia, host: app.runWithContext(useSyncHost) }
}

function startViewer(options: SyncViewerOptions = {}) {
  const { app, pinia } = createTestApp()
  app.use(syncViewer, { url: `${relay.url}#k=${VIEWER_KEY}`, ...options }).use(pinia)
  app.mount({})
  const viewer = app.runWithContext(useSyncViewer)
  return { app, pinia, viewer, view: (id: string) => app.runWithContext(() => useSyncedState(id)) }
}

const useCounter = defineStore('counter', {
  state: () => ({ count: 0, note: 'x', list: [] as number[] }),
  sync: true,
})
const useSetup = defineStore('setup', () => ({ on: ref(false), hidden: ref(1) }), {
  sync: { pick: ['on'] },
})
const usePlain = defineStore('plain', { state: () => ({ a: 1, b: 2 }) })

async function rawHost(): Promise<{ send: (frame: unknown) => void; close: () => void }> {
  const socket = new WebSocket(relay.url, offerProtocols('host', HOST_KEY))
  await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
  return {
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    close: () => socket.close(),
  }
}
const full = (seq: number, payload: object) => ({
  type: 'session_update',
  epoch: 'e',
  seq,
  payload,
})
const delta = (seq: number, payload: object) => ({
  type: 'config_update',
  epoch: 'e',
  seq,
  payload,
})

describe('the host plugin', () => {
  it.each([
    ['after Pinia', (app: App, pinia: Pinia) => app.use(pinia).use(syncPlugin, hostOptions())],
    ['before Pinia', (app: App, pinia: Pinia) => app.use(syncPlugin, hostOptions()).use(pinia)],
    [
      'with Pinia given',
      (app: App, pinia: Pinia) => app.use(syncPlugin, hostOptions({ pinia })).use(pinia),
    ],
  ])('syncs stores that are created right after it is installed %s', async (_, install) => {
    const { app, pinia } = createTestApp()
    install(app, pinia)
    const counter = useCounter(pinia)
    useSetup(pinia)
    app.mount({})
    counter.count = 3
    const { view } = startViewer()
    await expect.poll(() => view('counter').value?.['count']).toBe(3)
    expect(view('setup').value).toEqual({ on: false })
    expect(warnings).toEqual([])
  })

  it('syncs stores by the names in its options, also those created before it', async () => {
    const { app, pinia } = createTestApp()
    app.use(pinia)
    const early = usePlain(pinia)
    app.use(syncPlugin, hostOptions({ stores: { plain: { pick: ['b'] }, counter: false } }))
    app.mount({})
    useCounter(pinia)
    const { view, viewer } = startViewer()
    await expect.poll(() => view('plain').value).toEqual({ b: 2 })
    early.b = 5
    await expect.poll(() => view('plain').value).toEqual({ b: 5 })
    expect(viewer.storeIds.value).toEqual(['plain'])
  })

  it('follows stores that are created, disposed of, and created again', async () => {
    const { pinia } = startHost()
    const first = useCounter(pinia)
    const { view, viewer } = startViewer()
    await expect.poll(() => view('counter').value?.['count']).toBe(0)
    first.$dispose()
    await expect.poll(() => viewer.storeIds.value).toEqual([])
    expect(view('counter').value).toBeUndefined()
    const second = useCounter(pinia)
    second.count = 9
    await expect.poll(() => view('counter').value?.['count']).toBe(9)
  })

  it('sends $patch in both forms, $reset, a replaced $state, and a replaced pinia.state', async () => {
    const { pinia } = startHost()
    const counter = useCounter(pinia)
    const { view } = startViewer()
    const shows = (fields: object) => expect.poll(() => view('counter').value).toMatchObject(fields)
    counter.$patch({ count: 1 })
    await shows({ count: 1 })
    counter.$patch((state) => {
      state.list.push(1, 2)
      state.note = 'y'
    })
    await shows({ list: [1, 2], note: 'y' })
    counter.$reset()
    await shows({ count: 0, list: [], note: 'x' })
    counter.$state = { count: 7, note: 'z', list: [7] }
    await shows({ count: 7, note: 'z', list: [7] })
    pinia.state.value['counter'] = { count: 8, note: 'w', list: [] }
    await shows({ count: 8, note: 'w', list: [] })
    // In Pinia, the store's own properties still refer to the replaced object; only `$state` has the new one.
    counter.$state.list.push(5)
    await shows({ list: [5] })
  })

  it('sends the new shape after a hot update of a store’s definition', async () => {
    const { pinia } = startHost()
    const counter = useCounter(pinia)
    const { view } = startViewer()
    await expect.poll(() => view('counter').value?.['count']).toBe(0)
    counter.count = 4
    // acceptHMRUpdate calls it like this.
    const useEdited = defineStore('counter', {
      state: () => ({ count: 0, added: true }),
      sync: true,
    })
    ;(useEdited as unknown as (pinia: Pinia, hot: object) => void)(pinia, counter)
    await expect.poll(() => view('counter').value).toMatchObject({ count: 4, added: true })
    counter.count = 5
    await expect.poll(() => view('counter').value).toMatchObject({ count: 5 })
  })

  it('applies a hot edit of `sync` at once: to fields left out, to the whole store, and back', async () => {
    const { pinia } = startHost()
    const counter = useCounter(pinia)
    useSetup(pinia)
    const { view, viewer } = startViewer()
    await expect.poll(() => view('counter').value).toMatchObject({ count: 0, note: 'x' })
    const edit = (sync: boolean | { omit: ('note' | 'list')[] }) => {
      const useEdited = defineStore('counter', {
        state: () => ({ count: 0, note: 'x', list: [] as number[] }),
        sync,
      })
      // acceptHMRUpdate calls it like this.
      ;(useEdited as unknown as (pinia: Pinia, hot: object) => void)(pinia, counter)
    }
    // These changes are still waiting when the edit comes.
    counter.note = 'a secret'
    counter.count = 1
    edit({ omit: ['note', 'list'] })
    await expect.poll(() => view('counter').value).toEqual({ count: 1 })
    counter.count = 2
    edit(false)
    await expect.poll(() => viewer.storeIds.value).toEqual(['setup'])
    edit(true)
    await expect.poll(() => view('counter').value).toMatchObject({ count: 2, note: 'a secret' })
    counter.$dispose()
    await expect.poll(() => viewer.storeIds.value).toEqual(['setup'])
  })

  it('sends at least once per maxWait while changes never pause', async () => {
    const { pinia } = startHost({ debounce: 100, maxWait: 150 })
    const counter = useCounter(pinia)
    const { view } = startViewer()
    await expect.poll(() => view('counter').value).toBeDefined()
    const writing = setInterval(() => counter.count++, 10)
    await expect.poll(() => view('counter').value!['count']).toBeGreaterThan(0)
    clearInterval(writing)
  })

  it('sends pending changes on pagehide', async () => {
    const { pinia, host } = startHost({ debounce: 60_000 })
    const counter = useCounter(pinia)
    await expect.poll(() => host.status.value).toBe('connected')
    host.push()
    const { view } = startViewer()
    await expect.poll(() => view('counter').value?.['count']).toBe(0)
    counter.count = 1
    window.dispatchEvent(new Event('pagehide'))
    // Host and viewer share this page, so the viewer disconnects too until pageshow.
    expect(view('counter').value?.['count']).toBe(0)
    const elsewhere = startViewer()
    await expect.poll(() => elsewhere.view('counter').value?.['count']).toBe(1)
    window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
    await expect.poll(() => view('counter').value?.['count']).toBe(1)
  })

  it('sends without a timer in a hidden page, where timers run once a minute', async () => {
    const { pinia } = startHost({ debounce: 60_000 })
    const counter = useCounter(pinia)
    const { view } = startViewer()
    await expect.poll(() => view('counter').value?.['count']).toBe(0)
    Object.assign(document, { hidden: true })
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 120_000)
    counter.count = 1
    counter.count = 2
    await expect.poll(() => view('counter').value?.['count']).toBe(2)
    now.mockRestore()
  })

  it('leaves nothing behind when the app is unmounted', async () => {
    const { app, pinia, host } = startHost()
    const counter = useCounter(pinia)
    await expect.poll(() => host.viewerUrl.value).toContain(VIEWER_KEY)
    const { viewer, view } = startViewer()
    await expect.poll(() => view('counter').value).toBeDefined()
    app.unmount()
    await expect.poll(() => viewer.host.value).toBe('offline')
    counter.count = 1
    usePlain(pinia)
    counter.$dispose()
    expect(host.status.value).toBe('disconnected')
  })

  it('does nothing on a server', () => {
    vi.stubGlobal('window', undefined)
    const { host, pinia } = startHost()
    useCounter(pinia).count = 1
    expect(host.status.value).toBe('disconnected')
    expect(host.label.value).toBe('No device connected')
  })

  it('warns of a picked field that the store does not have', () => {
    const { pinia } = startHost({ stores: { plain: { pick: ['a', 'typo'] } } })
    usePlain(pinia)
    expect(warnings).toEqual([expect.stringContaining('VS206: store "plain" has no field "typo"')])
  })

  it('keeps the last sent state of a store and warns when its serialize throws', async () => {
    const { pinia } = startHost()
    let broken = false
    const useFragile = defineStore('fragile', {
      state: () => ({ n: 1 }),
      sync: {
        serialize({ n }) {
          if (broken) throw new Error('broken hook')
          return { n }
        },
      },
    })
    const fragile = useFragile(pinia)
    const counter = useCounter(pinia)
    const { view } = startViewer()
    await expect.poll(() => view('fragile').value).toEqual({ n: 1 })
    broken = true
    fragile.n = 2
    counter.count = 2
    await expect.poll(() => view('counter').value?.['count']).toBe(2)
    expect(view('fragile').value).toEqual({ n: 1 })
    expect(warnings.join()).toContain('VS207: store "fragile" could not be read')
  })

  it.each<[SyncHostOptions, string]>([
    [{ url: '' }, 'VS101'],
    [{ url: 'no address' }, 'VS101'],
    [{ session: 'a b' }, 'VS107: Not a valid option (session must be'],
    [{ debounce: -1 }, 'VS107: Not a valid option (debounce must be'],
    [{ maxWait: Number.NaN }, 'VS107: Not a valid option (maxWait must be'],
    [{ viewerUrl: 'no address' }, 'VS107: Not a valid option (viewerUrl must be'],
  ])('mounts the app with %j, publishes nothing, and says why', async (options, text) => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { pinia, host } = startHost(options)
    useCounter(pinia).count = 1
    host.start()
    expect(host.error.value?.message).toContain(text)
    expect(host.status.value).toBe('disconnected')
    expect(errors.mock.calls.flat().map(String).join()).toContain(text)
  })

  it('does not use a bad delay of one store, and syncs it', async () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { pinia } = startHost({ stores: { plain: { debounce: -1 } } })
    usePlain(pinia)
    expect(errors.mock.calls.flat().map(String).join()).toContain('stores.plain.debounce must be')
    const { view } = startViewer()
    await expect.poll(() => view('plain').value).toEqual({ a: 1, b: 2 })
  })

  it('sends the state although the function for its name throws', async () => {
    const { pinia } = startHost({
      name() {
        throw new Error('broken name')
      },
    })
    useCounter(pinia)
    const { view } = startViewer()
    await expect.poll(() => view('counter').value?.['count']).toBe(0)
    expect(warnings.join()).toContain('VS207: the name could not be read')
  })

  it('follows a store that never pauses, and ends on its final value', async () => {
    const { pinia } = startHost({ debounce: 250 })
    const counter = useCounter(pinia)
    const { view, viewer } = startViewer()
    await expect.poll(() => view('counter').value?.['count']).toBe(0)
    const seen = new Set<unknown>()
    const timer = setInterval(() => {
      counter.count++
      seen.add(view('counter').value?.['count'])
    }, 100)
    await expect.poll(() => seen.size).toBeGreaterThan(3)
    clearInterval(timer)
    await expect.poll(() => view('counter').value?.['count']).toBe(counter.count)
    await expect.poll(() => viewer.stale.value).toBe(false)
  })

  it('sends everything of one tick as one message with a debounce of 0', async () => {
    const { pinia } = startHost({ debounce: 0 })
    const counter = useCounter(pinia)
    counter.list = Array.from({ length: 501 }, (_, index) => (index * 386) % 501)
    const { view, viewer } = startViewer()
    await expect.poll(() => view('counter').value?.['list']).toHaveLength(501)
    let messages = 0
    const stop = watch(viewer.lastUpdate, () => messages++, { flush: 'sync' })
    counter.list.sort((a, b) => a - b)
    await expect
      .poll(() => view('counter').value?.['list'])
      .toEqual(Array.from({ length: 501 }, (_, index) => index))
    stop()
    expect(messages).toBe(1)
  })

  it('tells viewers that a store which can never be sent has newer changes', async () => {
    const { pinia, host } = startHost({ stores: { plain: { debounce: 10_000, maxWait: 0 } } })
    const plain = usePlain(pinia)
    const { viewer } = startViewer()
    await expect.poll(() => viewer.stale.value).toBe(false)
    let isBroken = true
    const useFragile = defineStore('fragile', {
      state: () => ({ n: 1 }),
      sync: {
        serialize({ n }) {
          if (isBroken) throw new Error('broken hook')
          return { n }
        },
      },
    })
    const fragile = useFragile(pinia)
    await expect.poll(() => viewer.behind.value).toBe(true)
    const { asOf } = viewer
    const then = asOf.value
    expect(viewer.stale.value).toBe(true)
    expect(host.behind.value).toBe(true)
    expect(host.problems.value).toEqual([
      { code: 'VS207', store: 'fragile', reason: 'Error: broken hook' },
    ])
    const late = startViewer()
    await expect.poll(() => late.viewer.behind.value).toBe(true)
    plain.a = 5
    host.push()
    await expect.poll(() => late.view('plain').value?.['a']).toBe(5)
    expect(asOf.value).toBe(then)
    isBroken = false
    fragile.n = 2
    await expect.poll(() => viewer.stale.value).toBe(false)
    expect(asOf.value).toBeGreaterThan(then!)
    expect(host.behind.value).toBe(false)
    expect(host.problems.value).toEqual([])
  })

  it('lists what it leaves out, with store and path, until it is gone', async () => {
    const { pinia, host } = startHost()
    const useMixed = defineStore('mixed', {
      state: (): Record<string, unknown> => ({ rows: [{ id: 1 }], fine: 1 }),
      sync: true,
    })
    const mixed = useMixed(pinia)
    const { view } = startViewer()
    await expect.poll(() => view('mixed').value).toEqual({ rows: [{ id: 1 }], fine: 1 })
    mixed['rows'] = [
      { id: 1, tags: new Set() },
      { id: 2, tags: new Set() },
    ]
    mixed['fine'] = 2
    await expect.poll(() => view('mixed').value).toEqual({ rows: [{ id: 1 }, { id: 2 }], fine: 2 })
    expect(host.problems.value).toEqual([
      { code: 'VS201', store: 'mixed', path: 'rows[].tags', reason: 'is a Set' },
    ])
    expect(warnings.filter((text) => text.includes('VS201'))).toHaveLength(1)
    mixed['rows'] = [{ id: 1 }]
    await expect.poll(() => host.problems.value).toEqual([])
  })

  it('warns of named stores that never appear, and of stores made before it that it does not know', () => {
    vi.useFakeTimers()
    try {
      const { app, pinia } = createTestApp()
      app.use(pinia)
      usePlain(pinia)
      useCounter(pinia)
      app.use(syncPlugin, hostOptions({ stores: ['baord', 'counter'], autoStart: false }))
      app.mount({})
      vi.advanceTimersByTime(60_000)
      expect(warnings).toEqual([
        expect.stringContaining('VS212: store "plain"'),
        expect.stringContaining('VS211: stores: "baord"'),
      ])
    } finally {
      vi.useRealTimers()
    }
  })
})

const counterCodec = protobuf({ stores: { counter: CounterSchema } })

describe('codecs', () => {
  it.each([
    ['MessagePack', { codec: msgpack() }],
    ['CBOR', { codec: cbor() }],
    ['Protocol Buffers', { codec: counterCodec }],
    ['compressed Protocol Buffers', { codec: counterCodec, compressOver: 200 }],
    ['Protocol Buffers without a schema', { codec: protobuf({ stores: {} }) }],
    ['compression', { compressOver: 200 }],
    ['compressed MessagePack', { codec: msgpack(), compressOver: 200 }],
  ])('%s carries full states and deltas, also to late viewers', async (_, options) => {
    const { pinia } = startHost(options)
    const counter = useCounter(pinia)
    const codecs = [msgpack(), cbor(), counterCodec]
    const { view } = startViewer({ codecs })
    await expect.poll(() => view('counter').value?.['count']).toBe(0)
    counter.note = 'long '.repeat(500)
    counter.list.push(1, 2, 3)
    await expect.poll(() => view('counter').value?.['list']).toEqual([1, 2, 3])
    // Alternating sizes show that slow large messages and fast small ones arrive in order.
    for (let count = 1; count <= 10; count++) {
      counter.count = count
      counter.note = count % 2 ? 'short' : `long ${count} `.repeat(300)
      await expect.poll(() => view('counter').value?.['count']).toBe(count)
    }
    const late = startViewer({ codecs })
    await expect.poll(() => late.view('counter').value).toEqual(view('counter').value)
    expect(view('counter').value).toEqual(JSON.parse(JSON.stringify(counter.$state)))
    expect(warnings).toEqual([])
  })

  it('reports a value that does not fit its schema at the host, until it does', async () => {
    const { pinia, host } = startHost({ codec: counterCodec })
    const counter = useCounter(pinia)
    const { view } = startViewer({ codecs: [counterCodec] })
    await expect.poll(() => view('counter').value?.['count']).toBe(0)
    counter.count = 1.5
    await expect
      .poll(() => host.problems.value)
      .toMatchObject([{ code: 'VS124', store: 'counter', path: 'count' }])
    expect(view('counter').value?.['count']).toBe(0)
    counter.count = 2
    await expect.poll(() => view('counter').value?.['count']).toBe(2)
    expect(host.problems.value).toEqual([])
  })

  it('reports at a viewer what its schema cannot read, and shows the rest', async () => {
    const { pinia } = startHost({ codec: counterCodec })
    useCounter(pinia)
    const { viewer, view } = startViewer({ codecs: [protobuf({ stores: {} })] })
    await expect
      .poll(() => viewer.problems.value)
      .toMatchObject([{ code: 'VS125', store: 'counter' }])
    expect(viewer.status.value).toBe('connected')
    expect(view('counter').value).toBeUndefined()
  })

  it('a viewer without the codec stops with VS108 and names the codec', async () => {
    expectErrors(errorText('viewer', 'VS108', 'msgpack'))
    const { pinia } = startHost({ codec: msgpack() })
    useCounter(pinia)
    const { viewer, view } = startViewer()
    await expect.poll(() => viewer.error.value?.code).toBe('VS108')
    expect(viewer.error.value?.message).toContain('msgpack')
    expect([viewer.status.value, view('counter').value]).toEqual(['disconnected', undefined])
  })
})

describe('the viewer plugin', () => {
  it('keeps its state when it receives invalid messages, and warns of each kind', async () => {
    const junk = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    const dialled = new Promise<WebSocketConnection>((resolve) => junk.on('connection', resolve))
    await once(junk, 'listening')
    const { port } = junk.address() as { port: number }
    const { viewer, pinia, view } = startViewer({ url: `ws://127.0.0.1:${port}` })
    const counter = useCounter(pinia)
    const connection = await dialled
    const send = (frame: unknown) =>
      connection.send(
        typeof frame === 'object' && !Buffer.isBuffer(frame)
          ? JSON.stringify(frame)
          : (frame as string),
      )
    send(delta(1, { counter: { count: 99 } }))
    send(full(1, { counter: { count: 1, note: 'a', list: [1] } }))
    for (const frame of ['{', '[]', '{"type":"nope","payload":{}}', Buffer.from([1, 2, 3])])
      send(frame)
    send('{"type":"session_update","epoch":"e","seq":2,"payload":{"counter":7}}')
    send(delta(2, { counter: { count: 'fast', note: 'b', evil: 1 }, unheard: { of: 1 } }))
    await expect.poll(() => counter.note).toBe('b')
    // The host no longer has 1, and this store cannot have what the host has.
    expect(counter.$state).toStrictEqual({ count: undefined, note: 'b', list: [1] })
    expect(viewer.problems.value).toEqual([
      {
        code: 'VS204',
        store: 'counter',
        path: 'count',
        reason: 'a string, but the field accepts a number or null',
      },
    ])
    expect(view('unheard').value).toEqual({ of: 1 })
    expect(viewer.status.value).toBe('connected')
    expect(warnings.map((text) => /VS\d+: [^.]*/.exec(text)?.[0])).toEqual([
      'VS202: bad JSON',
      'VS202: bad frame',
      'VS202: bad type',
      'VS202: bad payload',
      'VS204: store "counter", count',
      'VS203: store "counter", evil',
    ])
    send(delta(3, { counter: { count: 3 } }))
    await expect.poll(() => counter.count).toBe(3)
    expect(viewer.problems.value).toEqual([])
    viewer.disconnect()
    await new Promise((resolve) => junk.close(resolve))
  })

  it('keeps its status in its own Pinia store, which a host cannot overwrite', async () => {
    const { pinia, viewer } = startViewer()
    const host = await rawHost()
    host.send(full(1, { [VIEWER_STORE_ID]: { status: 'hacked' } }))
    await expect.poll(() => viewer.lastUpdate.value).toBeDefined()
    expect(pinia.state.value[VIEWER_STORE_ID]).toMatchObject({
      status: 'connected',
      host: 'online',
    })
    host.close()
  })

  it('fills stores created before and after it, but none with sync: false', async () => {
    const useLocal = defineStore('local', { state: () => ({ a: 0 }), sync: false })
    const useOwn = defineStore('own', { state: () => ({ a: 0 }) })
    const { app, pinia } = createTestApp()
    app.use(pinia)
    const early = useCounter(pinia)
    // Pinia gives plugins no options of stores created earlier, so this one is excluded by name.
    const own = useOwn(pinia)
    app.use(syncViewer, { url: `${relay.url}#k=${VIEWER_KEY}`, stores: { own: false } })
    app.mount({})
    const local = useLocal(pinia)
    const host = await rawHost()
    host.send(
      full(1, { counter: { count: 1 }, local: { a: 1 }, own: { a: 1 }, plain: { a: 5, b: 6 } }),
    )
    await expect.poll(() => early.count).toBe(1)
    expect(usePlain(pinia).$state).toEqual({ a: 5, b: 6 })
    host.send(full(2, { counter: { count: 2 }, local: { a: 2 } }))
    await expect.poll(() => early.count).toBe(2)
    expect([local.a, own.a]).toEqual([0, 0])
    host.close()
  })

  it('empties a field that the host no longer has, and resets a store that it no longer shares', async () => {
    const { pinia, viewer } = startViewer()
    const counter = useCounter(pinia)
    const host = await rawHost()
    host.send(full(1, { counter: { count: 5, note: 'shared', list: [] } }))
    await expect.poll(() => counter.note).toBe('shared')
    host.send(full(2, { counter: { count: 6, list: [] } }))
    await expect.poll(() => counter.count).toBe(6)
    expect(counter.note).toBeUndefined()
    host.send({ ...delta(3, {}), patch: [{ op: 'remove', path: '/counter/list' }] })
    await expect.poll(() => counter.list).toBeUndefined()
    expect(counter.count).toBe(6)
    host.send({ ...delta(4, {}), patch: [{ op: 'remove', path: '/counter' }] })
    await expect.poll(() => counter.$state).toEqual({ count: 0, note: 'x', list: [] })
    expect(viewer.storeIds.value).toEqual([])
    host.close()
  })

  it('follows a foreign host that adds and removes stores by deltas, without a second connection', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    let connections = 0
    const dialled = new Promise<WebSocketConnection>((resolve) =>
      server.on('connection', (connection) => {
        connections++
        resolve(connection)
      }),
    )
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const { viewer, view } = startViewer({
      url: `ws://127.0.0.1:${port}`,
      backoff: { first: 1, max: 5 },
    })
    const connection = await dialled
    const send = (frame: object) => connection.send(JSON.stringify(frame))
    let seq = 0
    async function expectState(state: Record<string, StoreFields>): Promise<void> {
      const hash = hashOf(state, new WeakMap())
      send({ type: 'status', epoch: 'e', seq, payload: { host: 'online', since: 0, hash } })
      await expect.poll(() => viewer.storeIds.value).toEqual(Object.keys(state))
      for (const [id, fields] of Object.entries(state))
        await expect.poll(() => view(id).value).toEqual(fields)
    }
    const patch = (...operations: object[]) =>
      send({ ...delta(++seq, {}), payload: {}, patch: operations })
    send(full(++seq, { b: { x: 1 } }))
    send(delta(++seq, { more: { a: 1 } }))
    await expectState({ b: { x: 1 }, more: { a: 1 } })
    patch({ op: 'remove', path: '/b' }, { op: 'add', path: '/', value: { nameless: true } })
    await expectState({ more: { a: 1 }, '': { nameless: true } })
    connection.send(
      `{"type":"config_update","epoch":"e","seq":${++seq},"payload":{"more":{"f":{"__proto__":{"a":1},"length":{"toString":1}}}}}`,
    )
    patch({ op: 'replace', path: '/more/f/__proto__/a', value: 2 })
    patch({ op: 'replace', path: '/more/f/length/toString', value: 2 })
    patch({ op: 'remove', path: '/more/f/__proto__' }, { op: 'add', path: '//b', value: 1 })
    await expectState({
      more: { a: 1, f: { length: { toString: 2 } } } as never,
      '': { nameless: true, b: 1 },
    })
    // The hashes before it were compared when this arrives.
    send(delta(++seq, { more: { a: 2 } }))
    await expect.poll(() => view('more').value?.['a']).toBe(2)
    expect([connections, viewer.status.value, viewer.problem.value]).toEqual([
      1,
      'connected',
      undefined,
    ])
    expect(warnings).toEqual([])
    viewer.disconnect()
    await new Promise((resolve) => server.close(resolve))
  })

  it('shows a store without a name', async () => {
    const useNameless = defineStore('', { state: () => ({ n: 1 }), sync: true })
    const host = startHost()
    const source = useNameless(host.pinia)
    const { viewer, view, pinia } = startViewer()
    const shown = useNameless(pinia)
    await expect.poll(() => view('').value).toEqual({ n: 1 })
    source.n = 2
    await expect.poll(() => shown.n).toBe(2)
    expect(viewer.storeIds.value).toEqual([''])
  })

  it('fills fields of every kind, and lists in `problems` what it cannot fill', async () => {
    const useKinds = defineStore('kinds', () => ({
      frozen: ref(Object.freeze({ a: 0 })),
      shallow: shallowRef({ a: 0 }),
      fixed: readonly(ref({ a: 0 })),
      first: shallowReactive({ a: { b: 0 } }),
      raw: ref(markRaw({ a: 0 })),
      last: ref(0),
    }))
    const { viewer, pinia } = startViewer()
    const kinds = useKinds(pinia)
    const rendered = computed(() => JSON.stringify(kinds.$state))
    expect(rendered.value).toContain('"last":0')
    const host = await rawHost()
    const state = (n: number) => ({
      frozen: { a: n },
      shallow: { a: n },
      first: { a: { b: n } },
      raw: { a: n },
      last: n,
    })
    for (const n of [1, 2]) {
      host.send(full(n, { kinds: { ...state(n), fixed: { a: n } } }))
      await expect.poll(() => JSON.parse(rendered.value)).toEqual({ ...state(n), fixed: { a: 0 } })
    }
    expect(viewer.problems.value).toEqual([
      { code: 'VS213', store: 'kinds', path: 'fixed', reason: 'it is readonly' },
    ])
    host.send({
      ...delta(3, {}),
      patch: [{ op: 'replace', path: '/kinds/fixed/a', value: 0 }],
    })
    await expect.poll(() => viewer.problems.value).toEqual([])
    host.close()
  })

  it('recovers from a gap in the sequence', async () => {
    const { view } = startViewer()
    const host = await rawHost()
    host.send(full(1, { s: { a: 1 } }))
    await expect.poll(() => view('s').value).toEqual({ a: 1 })
    // The relay skips to position 5, so the following delta does not continue the state that the viewer holds.
    relay.broadcast(full(5, { s: { a: 5 } }) as never)
    relay.broadcast(delta(6, { s: { a: 6 } }) as never)
    await expect.poll(() => view('s').value).toEqual({ a: 6 })
    host.close()
  })

  it.each([
    ['does not fit', [{ op: 'replace', path: '/s/none/of/these', value: 1 }]],
    [
      'fails half-way',
      [
        { op: 'replace', path: '/s/a', value: 'half' },
        { op: 'remove', path: '/s/gone' },
      ],
    ],
  ])('applies nothing of a patch that %s, and requests the full state', async (_, patch) => {
    const printed = recordErrors()
    const { view } = startViewer()
    const host = await rawHost()
    host.send(full(1, { s: { a: 1, b: 1 } }))
    await expect.poll(() => view('s').value).toEqual({ a: 1, b: 1 })
    const before = view('s').value
    host.send({ ...delta(2, { s: { b: 2 } }), patch })
    await expect.poll(() => warnings.join()).toContain('VS208: message 2 did not fit')
    expect(view('s').value).toBe(before)
    host.send(full(2, { s: { a: 'whole', b: 2 } }))
    await expect.poll(() => view('s').value).toEqual({ a: 'whole', b: 2 })
    // Printed once if the relay sent the same again before the host sent the whole state.
    expect(printed).toEqual(printed.length > 0 ? [errorText('viewer', 'VS114')] : [])
    host.close()
  })

  it('applies nothing of a patch whose result breaks its field rules, and requests the full state', async () => {
    const printed = recordErrors()
    const even = (value: unknown) => Array.isArray(value) && value.length % 2 === 0
    const { pinia } = startViewer({
      stores: { counter: { fields: { count: 'number', list: even } } },
    })
    const counter = useCounter(pinia)
    const host = await rawHost()
    host.send(full(1, { counter: { count: 1, list: [1, 2] } }))
    await expect.poll(() => counter.list).toEqual([1, 2])
    host.send({
      ...delta(2, { counter: { count: 2 } }),
      patch: [{ op: 'add', path: '/counter/list/-', value: 3 }],
    })
    await expect.poll(() => warnings.join()).toContain('VS208: message 2 did not fit')
    expect([counter.count, counter.list]).toEqual([1, [1, 2]])
    host.send(full(3, { counter: { count: 3, list: [1, 2, 3, 4] } }))
    await expect.poll(() => [counter.count, counter.list]).toEqual([3, [1, 2, 3, 4]])
    expect(printed).toEqual(printed.length > 0 ? [errorText('viewer', 'VS114')] : [])
    host.close()
  })

  it('clears all state of the first session when it switches to another', async () => {
    const { viewer, view } = startViewer()
    relay.broadcast(full(1, { s: { a: 1 } }) as never)
    await expect.poll(() => view('s').value).toEqual({ a: 1 })
    viewer.connect(`${relay.url}/s/other#k=${VIEWER_KEY}`)
    expect(view('s').value).toBeUndefined()
    expect(viewer.storeIds.value).toEqual([])
    await expect.poll(() => viewer.status.value).toBe('connected')
    expect([viewer.lastUpdate.value, viewer.host.value]).toEqual([undefined, 'offline'])
  })

  it('redials at once when the network is back during a backoff', async () => {
    const { viewer } = startViewer({ backoff: { first: 60_000, max: 60_000 } })
    await expect.poll(() => viewer.status.value).toBe('connected')
    const { port } = relay.getStatus()
    await relay.stop()
    await expect.poll(() => viewer.retryAt.value).toBeGreaterThan(Date.now() + 30_000)
    relay = await startRelay(port)
    window.dispatchEvent(new Event('online'))
    await expect.poll(() => viewer.status.value).toBe('connected')
    expect(viewer.retryAt.value).toBeUndefined()
  })

  it('throws for an invalid address, and when it is used outside its app', () => {
    const { viewer, app } = startViewer()
    expect(() => viewer.connect('not an address')).toThrow('VS101')
    const other = createTestApp().app
    expect(() => other.runWithContext(useSyncViewer)).toThrow('VS106')
    expect(() => app.runWithContext(useSyncHost)).toThrow('VS106')
  })
})
