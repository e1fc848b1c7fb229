import { defineStore } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type App,
  computed,
  effectScope,
  h,
  inject,
  KeepAlive,
  nextTick,
  reactive,
  ref,
  shallowReactive,
  shallowRef,
  triggerRef,
  watch,
} from 'vue'
import { syncPlugin, type SyncHostOptions, useSyncHost, useSyncSource } from '@vue-sync/vue/host'
import { syncViewer, useSyncedState, useSyncViewer } from '@vue-sync/vue/viewer'
import { createTestApp, stubPage, unmountApps } from '../support/apps/app.ts'
import { createEmptyApp } from '../support/apps/empty-app.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// State that no Pinia store has, with a real relay, in apps with and without Pinia.
let relay: TestRelay
let warnings: string[]
const apps = new Set<App>()

beforeEach(async () => {
  stubPage()
  warnings = []
  vi.spyOn(console, 'warn').mockImplementation((...args) => void warnings.push(args.join(' ')))
  relay = await startRelay()
})
afterEach(async () => {
  for (const app of apps) app.unmount()
  apps.clear()
  unmountApps()
  await relay.stop()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

function track(app: App): App {
  apps.add(app)
  app.onUnmount(() => void apps.delete(app))
  return app
}

/** An app without Pinia. What `render` gives is mounted. */
function startHost(render: () => unknown = () => null, options: SyncHostOptions = {}) {
  const app = track(createEmptyApp({ render }))
  app.use(syncPlugin, { url: relay.url, key: HOST_KEY, debounce: 20, ...options })
  app.mount({})
  const share: typeof useSyncSource = (...args) => app.runWithContext(() => useSyncSource(...args))
  return { app, share, host: app.runWithContext(useSyncHost) }
}

/** A viewer without Pinia. */
function startViewer() {
  const app = track(createEmptyApp())
  app.use(syncViewer, { url: `${relay.url}#k=${VIEWER_KEY}` })
  app.mount({})
  const viewer = app.runWithContext(useSyncViewer)
  const view = (id: string) => app.runWithContext(() => useSyncedState(id))
  return { app, viewer, view }
}

const codes = () => warnings.map((text) => /VS\d+/.exec(text)?.[0] ?? text)

describe('useSyncSource in an app without Pinia', () => {
  it.each([
    ['a reactive object', (state: object) => reactive(state)],
    ['a ref of an object', (state: object) => ref(state)],
    ['a getter', (state: object) => () => state],
  ])('publishes the fields of %s', async (_, make) => {
    const { share } = startHost()
    const state = reactive({ home: 1, rows: [{ name: 'a' }] })
    share('board', make(state))
    const { view } = startViewer()
    await expect.poll(() => view('board').value).toEqual({ home: 1, rows: [{ name: 'a' }] })
    state.rows[0]!.name = 'b'
    state.home++
    await expect.poll(() => view('board').value).toEqual({ home: 2, rows: [{ name: 'b' }] })
    expect(warnings).toEqual([])
  })

  it('publishes anything else as the field `value`', async () => {
    const { share } = startHost()
    const score = ref(0)
    const list = ref([1])
    const board = shallowRef<{ title: string } | undefined>()
    share('score', score)
    share('double', () => score.value * 2)
    share('same', () => score)
    share('list', list)
    share('board', board)
    const { view } = startViewer()
    await expect.poll(() => view('score').value).toEqual({ value: 0 })
    expect(view('board').value).toEqual({})
    score.value = 4
    list.value.push(2)
    board.value = { title: 'Final' }
    await expect.poll(() => view('score').value).toEqual({ value: 4 })
    expect(view('double').value).toEqual({ value: 8 })
    expect(view('same').value).toEqual({ value: 4 })
    expect(view('list').value).toEqual({ value: [1, 2] })
    expect(view('board').value).toEqual({ title: 'Final' })
  })

  it('shows what a component would show of parts that Vue does not track', async () => {
    const { share } = startHost()
    const inner = { deep: { n: 0 } }
    const shallow = shallowRef({ inner })
    const version = ref(0)
    const parts = shallowReactive({ inner, tick: 0 })
    share('shallow', shallow)
    share('game', () => [version.value, inner][1])
    share(
      'computed',
      computed(() => ({ at: version.value, inner })),
    )
    share('parts', parts)
    const { view } = startViewer()
    await expect.poll(() => view('game').value).toEqual({ deep: { n: 0 } })
    inner.deep.n = 1
    version.value++
    parts.tick++
    triggerRef(shallow)
    await expect.poll(() => view('game').value).toEqual({ deep: { n: 1 } })
    expect(view('shallow').value).toEqual({ inner: { deep: { n: 1 } } })
    expect(view('computed').value).toEqual({ at: 1, inner: { deep: { n: 1 } } })
    expect(view('parts').value).toEqual({ inner: { deep: { n: 1 } }, tick: 1 })
  })

  it('takes the options of a store, and warns and lists problems as for a store', async () => {
    const { share, host } = startHost()
    const state = reactive({ a: 1, b: 2, when: new Map() as unknown, broken: false })
    share('picked', state, { pick: ['a', 'when'] })
    share('omitted', state, { omit: ['when', 'a', 'nope' as 'a'] })
    share('made', state, { serialize: ({ a, b }) => ({ sum: a + b }) })
    share('throws', () => {
      if (state.broken) throw new Error('not now')
      return { fine: state.a }
    })
    const { view } = startViewer()
    await expect.poll(() => view('made').value).toEqual({ sum: 3 })
    expect(view('picked').value).toEqual({ a: 1 })
    expect(view('omitted').value).toEqual({ b: 2, broken: false })
    expect(host.problems.value).toMatchObject([{ code: 'VS201', store: 'picked', path: 'when' }])
    expect(codes()).toEqual(expect.arrayContaining(['VS201', 'VS206']))
    state.broken = true
    await expect.poll(() => host.problems.value.map(({ code }) => code)).toContain('VS207')
    expect(view('throws').value).toEqual({ fine: 1 })
    state.broken = false
    state.when = 'noon'
    await expect.poll(() => view('picked').value).toEqual({ a: 1, when: 'noon' })
    expect(host.problems.value).toEqual([])
  })

  it('connects at once and prints nothing, also if there is no source', async () => {
    const { host } = startHost()
    await expect.poll(() => host.status.value).toBe('connected')
    const { viewer } = startViewer()
    await expect.poll(() => viewer.host.value).toBe('online')
    expect(viewer.storeIds.value).toEqual([])
    expect(warnings).toEqual([])
  })

  it('ends with its component, its effect scope, the returned function, or the app', async () => {
    const shown = ref(true)
    const Part = {
      setup() {
        useSyncSource('component', ref(1))
        return () => null
      },
    }
    const { app, share } = startHost(() => (shown.value ? h(Part) : null))
    const scope = effectScope()
    scope.run(() => share('scope', ref(2)))
    const stop = share('own', ref(3))
    share('app', ref(4))
    const { viewer } = startViewer()
    const ids = () => viewer.storeIds.value.toSorted()
    await expect.poll(ids).toEqual(['app', 'component', 'own', 'scope'])
    shown.value = false
    await expect.poll(ids).toEqual(['app', 'own', 'scope'])
    scope.stop()
    await expect.poll(ids).toEqual(['app', 'own'])
    stop()
    stop()
    await expect.poll(ids).toEqual(['app'])
    app.unmount()
    await expect.poll(() => viewer.host.value).toBe('offline')
    expect(warnings).toEqual([])
  })

  const sharing = (id: string, value: unknown) => ({
    name: String(value),
    setup() {
      useSyncSource(id, ref(value))
      return () => null
    },
  })

  it('stays while its component is kept alive', async () => {
    const isFirst = ref(true)
    const Kept = sharing('kept', 1)
    const Other = sharing('other', 2)
    startHost(() => h(KeepAlive, () => h(isFirst.value ? Kept : Other)))
    const { view } = startViewer()
    await expect.poll(() => view('kept').value).toEqual({ value: 1 })
    isFirst.value = false
    await expect.poll(() => view('other').value).toEqual({ value: 2 })
    expect(view('kept').value).toEqual({ value: 1 })
  })

  it('sends no removal when another component shares the same id in the same tick', async () => {
    const isFirst = ref(true)
    const First = sharing('page', 'first')
    const Second = sharing('page', 'second')
    startHost(() => h(isFirst.value ? First : Second), { debounce: 0 })
    const { view } = startViewer()
    const page = view('page')
    await expect.poll(() => page.value).toEqual({ value: 'first' })
    const seen: unknown[] = []
    watch(page, (state) => void seen.push(state), { flush: 'sync' })
    isFirst.value = false
    await expect.poll(() => page.value).toEqual({ value: 'second' })
    expect(seen).toEqual([{ value: 'second' }])
    expect(warnings).toEqual([])
  })

  it('keeps the first of two sources with one id, says so, and goes on with the second when the first ends', async () => {
    const { share, host } = startHost()
    const stop = share('score', ref('first'))
    const stopSecond = share('score', ref('second'))
    const { view } = startViewer()
    await expect.poll(() => view('score').value).toEqual({ value: 'first' })
    expect(host.problems.value).toMatchObject([{ code: 'VS218', store: 'score' }])
    expect(codes()).toEqual(['VS218'])
    stop()
    await expect.poll(() => view('score').value).toEqual({ value: 'second' })
    expect(host.problems.value).toEqual([])
    const again = share('score', ref('third'))
    expect(host.problems.value).toMatchObject([{ code: 'VS218' }])
    again()
    expect(host.problems.value).toEqual([])
    stopSecond()
    await expect.poll(() => view('score').value).toBeUndefined()
  })

  it('throws VS106 without the plugin, and does nothing on a server', () => {
    const app = track(createEmptyApp())
    const call = () => app.runWithContext(() => useSyncSource('score', ref(0)))
    expect(call).toThrow('VS106')
    vi.stubGlobal('window', undefined)
    call()()
  })
})

it('a source and a store with one id: the first one stays, until it ends', async () => {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncPlugin, { url: relay.url, key: HOST_KEY, debounce: 20 })
  const stop = app.runWithContext(() => useSyncSource('counter', ref('source')))
  const useCounter = defineStore('counter', { state: () => ({ count: 1 }), sync: true })
  const store = useCounter(pinia)
  app.mount({})
  const host = app.runWithContext(useSyncHost)
  const { view } = startViewer()
  await expect.poll(() => view('counter').value).toEqual({ value: 'source' })
  expect(host.problems.value).toMatchObject([{ code: 'VS218', store: 'counter' }])
  stop()
  await expect.poll(() => view('counter').value).toEqual({ count: 1 })
  app.runWithContext(() => useSyncSource('counter', ref('later')))
  await nextTick()
  expect(view('counter').value).toEqual({ count: 1 })
  store.$dispose()
  await expect.poll(() => view('counter').value).toEqual({ value: 'later' })
})

describe('stores that the plugin gets by their definition', () => {
  const useBoard = defineStore('board', {
    state: () => ({ title: 'Final', draft: 'secret' }),
    sync: { omit: ['draft'] },
  })
  const useClock = defineStore('clock', () => ({
    seconds: ref(inject<number>('start')),
    hidden: ref(1),
  }))
  const useBroken = defineStore('broken', () => {
    throw new Error('no backend')
  })

  it('are created, with the options of the definition or of the plugin, after all plugins are installed', async () => {
    const { app, pinia } = createTestApp()
    const stores = [useBroken, useBoard, { store: useClock, pick: ['seconds'] }, undefined as never]
    app.use(pinia).use(syncPlugin, { url: relay.url, key: HOST_KEY, debounce: 20, stores })
    app.provide('start', 5)
    app.mount({})
    const { viewer, view } = startViewer()
    await expect.poll(() => view('clock').value).toEqual({ seconds: 5 })
    expect(view('board').value).toEqual({ title: 'Final' })
    expect(viewer.storeIds.value).toEqual(['board', 'clock'])
    expect(codes()).toEqual(['VS207'])
  })

  it('are not created without Pinia, which VS211 reports', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    startHost(() => null, { stores: [useBoard] })
    await vi.advanceTimersByTimeAsync(6000)
    vi.useRealTimers()
    expect(codes()).toContain('VS211')
  })
})

it.each([
  ['nothing, which VS219 reports', () => null, ['VS219']],
  ['a source that never changes', () => void useSyncSource('score', ref(0)), []],
])('a host may share %s', async (_, setup, expected) => {
  vi.useFakeTimers({ toFake: ['setTimeout'], shouldAdvanceTime: true })
  const { host } = startHost(setup)
  await expect.poll(() => host.status.value).toBe('connected')
  await vi.advanceTimersByTimeAsync(6000)
  vi.useRealTimers()
  expect(codes()).toEqual(expected)
})
