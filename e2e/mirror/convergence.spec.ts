import { setMaxListeners } from 'node:events'
import fc from 'fast-check'
import { createPinia, defineStore } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { syncPlugin } from '@vue-sync/vue/host'
import { syncViewer, useSyncedState, useSyncViewer } from '@vue-sync/vue/viewer'
import { createEmptyApp } from '../support/apps/app.ts'
import { createFallback } from '../../packages/vue-sync/src/link/transports/index.ts'
import { ModelNetwork } from '../support/network/model-network.ts'

interface Row {
  id: number
  n: number
  tags: string[]
}
const useBoard = defineStore('board', {
  state: () => ({ title: '', rows: [] as Row[], map: {} as Record<string, number> }),
  sync: true,
})
type Board = ReturnType<typeof useBoard>

// A viewer imports this when it needs it, which takes real time in the first test.
expect(createFallback).toBeTypeOf('function')

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
  // After a garbage collection, Node no longer removes a listener whose signal is aborted if the target has others.
  setMaxListeners(0, window, document)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A host page, three viewer pages, and the network between them. */
class World {
  readonly network = new ModelNetwork()
  readonly viewers = Array.from({ length: 3 }, () => this.#openViewer())
  #host = this.#openHost()
  loads = 0
  #heartbeat = setInterval(() => this.network.session.heartbeat(), 15_000)

  get board(): Board {
    return this.#host.board
  }

  #openHost() {
    const app = createEmptyApp()
    const pinia = createPinia()
    app.use(pinia).use(syncPlugin, { url: 'ws://relay', WebSocket: this.network.WebSocket })
    app.mount({})
    return { app, board: useBoard(pinia) }
  }

  #openViewer() {
    const app = createEmptyApp()
    const pinia = createPinia()
    const { WebSocket, fetch } = this.network
    app.use(pinia).use(syncViewer, { url: 'ws://relay', WebSocket, fetch })
    app.mount({})
    const view = app.runWithContext(() => useSyncedState('board'))
    return { app, board: useBoard(pinia), view, viewer: app.runWithContext(useSyncViewer) }
  }

  reload(): void {
    this.#host.app.unmount()
    this.#host = this.#openHost()
    this.#host.board.title = `load ${++this.loads}`
  }

  async pass(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 250) {
      await vi.advanceTimersByTimeAsync(Math.min(left, 250))
      this.network.deliver()
    }
  }

  async end(): Promise<void> {
    clearInterval(this.#heartbeat)
    this.#host.app.unmount()
    for (const { app } of this.viewers) app.unmount()
    this.network.session.close(4000, '')
    // The relay tells its host, which has left, about its last viewer.
    await vi.advanceTimersByTimeAsync(0)
  }
}

const nth = fc.nat(2)
const small = fc.nat(9)
const change: fc.Arbitrary<(board: Board) => void> = fc.oneof(
  small.map((n) => (board: Board) => void board.rows.push({ id: n, n, tags: [] })),
  small.map((n) => (board: Board) => void board.rows.unshift({ id: n, n, tags: [] })),
  fc.tuple(small, small).map(([at, n]) => (board: Board) => {
    if (board.rows[at]) board.rows[at].n = n
  }),
  small.map((at) => (board: Board) => void board.rows[at]?.tags.push('t')),
  fc.tuple(small, small).map(
    ([at, count]) =>
      (board: Board) =>
        void board.rows.splice(at, count % 3),
  ),
  fc.constant((board: Board) => void board.rows.reverse()),
  fc.constant((board: Board) => board.$reset()),
  fc.tuple(fc.constantFrom('a', 'b'), small).map(
    ([key, n]) =>
      (board: Board) =>
        void (board.map[key] = n),
  ),
  fc.constantFrom('a', 'b').map((key) => (board: Board) => void delete board.map[key]),
  fc.string({ maxLength: 400 }).map((title) => (board: Board) => void (board.title = title)),
)

const step: fc.Arbitrary<(world: World) => unknown> = fc.oneof(
  { weight: 8, arbitrary: change.map((act) => (world: World) => act(world.board)) },
  { weight: 6, arbitrary: fc.nat(1200).map((time) => (world: World) => world.pass(time)) },
  nth.map((at) => (world: World) => world.network.viewerConnections()[at]?.drop()),
  fc.constant((world: World) => world.network.socketsOf('host')[0]?.drop()),
  fc.tuple(nth, fc.boolean()).map(([at, on]) => (world: World) => {
    const connection = world.network.viewerConnections()[at]
    if (connection) connection.isStalled = on
  }),
  fc.constant((world: World) => world.network.kill()),
  { weight: 2, arbitrary: fc.constant((world: World) => world.network.start()) },
  fc.constant((world: World) => world.reload()),
  fc.constant((world: World) => world.pass(20_000)),
  nth.map((at) => (world: World) => {
    const { viewer } = world.viewers[at]!
    viewer.disconnect()
    viewer.connect('ws://relay')
  }),
)

/** The rules by which the network between relay and viewers lets frames pass. */
type Passing = 'everything' | 'streams' | 'polls'
const letPass = ({ network }: World, passing: Passing): void => {
  network.refusesSockets = passing !== 'everything'
  network.holdsStreams = passing === 'polls'
}
const changePassing: fc.Arbitrary<(world: World) => unknown> = fc
  .constantFrom<Passing>('everything', 'streams', 'polls')
  .map((passing) => (world: World) => letPass(world, passing))

it.each<[Passing, string, fc.Arbitrary<(world: World) => unknown>, number]>([
  ['everything', 'a WebSocket', step, 200],
  ['streams', 'streams', step, 100],
  ['polls', 'polls', step, 100],
  [
    'everything',
    'what passes at the moment',
    fc.oneof({ weight: 9, arbitrary: step }, changePassing),
    200,
  ],
])(
  'every viewer ends equal to the host after any sequence of changes, network faults, relay restarts and reloads: %s pass, over %s',
  async (passing, _, anyStep, numRuns) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 50, size: 'max' }), async (steps) => {
        const world = new World()
        letPass(world, passing)
        try {
          for (const act of steps) await act(world)
          world.network.start()
          for (const connection of [...world.network.sockets, ...world.network.answers])
            connection.isStalled = false
          await world.pass(60_000)
          const expected = JSON.parse(JSON.stringify(world.board.$state))
          for (const { view, board, viewer } of world.viewers) {
            expect(view.value).toEqual(expected)
            expect(JSON.parse(JSON.stringify(board.$state))).toEqual(expected)
            expect([viewer.status.value, viewer.stale.value]).toEqual(['connected', false])
            if (passing === 'polls') expect(viewer.transport.value).toBe('poll')
            if (passing === 'streams') expect(viewer.transport.value).not.toBe('socket')
          }
        } finally {
          await world.end()
        }
        expect(vi.getTimerCount(), 'no timer is left').toBe(0)
      }),
      { numRuns },
    )
  },
)

it('a viewer with falsified state detects it by the hash, requests the state again, and warns once', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const world = new World()
  await world.pass(2000)
  const [viewer] = world.viewers
  for (const [was, lie] of [
    ['true title', 'another title'],
    ['second title', 'not that'],
  ] as const) {
    // The first viewer dialled first; after its redial, its socket is the last one.
    world.network.socketsOf('viewer').at(was === 'true title' ? 0 : -1)!.tamper = (text) =>
      text.replace(was, lie)
    world.board.title = was
    await world.pass(1000)
    const seen = world.viewers.map(({ view }) => view.value!['title'])
    expect(seen.toSorted()).toEqual([was, was, lie].toSorted())
    await world.pass(45_000)
    for (const { view } of world.viewers) expect(view.value!['title']).toBe(was)
  }
  expect(viewer!.viewer.status.value).toBe('connected')
  expect(warn.mock.calls.map(([text]) => /VS\d+/.exec(String(text))?.[0])).toEqual(['VS208'])
  await world.end()
  warn.mockRestore()
})
