import { defineStore } from 'pinia'
import { expect, it } from 'vitest'
import { errorText, expectErrors } from '../support/apps/printed.ts'
import { cbor } from '@vue-sync/vue/cbor'
import { syncPlugin, type SyncHostOptions, useSyncHost } from '@vue-sync/vue/host'
import { msgpack } from '@vue-sync/vue/msgpack'
import { richValues } from '@vue-sync/vue/rich-values'
import {
  type KeptState,
  syncViewer,
  type SyncViewerOptions,
  useSyncedState,
  useSyncViewer,
} from '@vue-sync/vue/viewer'
import { connect } from '../../server/test/client.ts'
import { createTestApp, unmountApps } from '../support/apps/app.ts'
import { useRelay } from '../support/apps/relay-bed.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'

// Real hosts and viewers with a real relay. The properties of the values themselves are unit tests.
// A heartbeat carries the hash of an idle host's state.
const bed = useRelay({ heartbeat: 100 })

const initial = () => ({
  due: new Date(0) as Date | undefined,
  players: new Map<string, { score: number; at?: Date }>([['ada', { score: 1 }]]),
  tags: new Set(['a']),
  total: 2n ** 64n,
  bytes: new Uint8Array([1, 2]),
})
const useGame = defineStore('game', { state: initial, sync: true })
/** The viewer's own store: nothing of the host's first state is in it. */
const useShown = defineStore('game', {
  state: (): ReturnType<typeof initial> => ({
    due: undefined,
    players: new Map(),
    tags: new Set(),
    total: 0n,
    bytes: new Uint8Array(),
  }),
})

function startHost(options: Partial<SyncHostOptions>) {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncPlugin, { url: bed.relay.url, key: HOST_KEY, debounce: 5, ...options })
  app.mount({})
  return { game: useGame(pinia), host: app.runWithContext(useSyncHost) }
}

function openViewer(options: SyncViewerOptions) {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncViewer, {
    url: `${bed.relay.url}#k=${VIEWER_KEY}`,
    codecs: [msgpack(), cbor()],
    ...options,
  })
  app.mount({})
  const shown = useShown(pinia)
  return app.runWithContext(() => ({ shown, view: useSyncedState('game'), ...useSyncViewer() }))
}

it.each<[string, Partial<SyncHostOptions>]>([
  ['JSON', {}],
  ['MessagePack', { codec: msgpack() }],
  ['CBOR', { codec: cbor() }],
  ['compression', { compressOver: 10 }],
  ['encryption', { encrypt: true }],
  ['encrypted CBOR', { encrypt: true, codec: cbor() }],
])('dates, maps, sets, big integers and bytes arrive as they are, with %s', async (_, options) => {
  const { game, host } = startHost({ values: richValues(), ...options })
  let url = `${bed.relay.url}#k=${VIEWER_KEY}`
  if (options.encrypt) {
    await expect.poll(() => host.viewerUrl.value).toContain('&e=')
    url = host.viewerUrl.value!.replace(/^http:\/\/[^/]+/, bed.relay.url.replace('ws', 'http'))
  }
  const { shown, view, error, problem } = openViewer({ url, values: richValues() })
  const expectShown = async () => {
    await expect.poll(() => ({ ...shown.$state })).toStrictEqual({ ...game.$state })
    expect(view.value).toStrictEqual({ ...game.$state })
  }
  await expectShown()
  game.players.set('bob', { score: 2, at: new Date(5) })
  game.tags.add('b')
  await expectShown()
  game.players.get('ada')!.score = 7
  game.players.get('bob')!.at = new Date(6)
  game.due = undefined
  game.total = -1n
  await expectShown()
  game.players.delete('ada')
  game.tags.clear()
  game.bytes = new Uint8Array([3])
  await expectShown()
  expect([error.value, problem.value]).toEqual([undefined, undefined])
  // The viewers compare the hash of an idle host's state at the heartbeat.
  const observer = await connect(bed.relay, 'viewer')
  await expect
    .poll(() => observer.of('status').filter(({ payload }) => 'hash' in payload).length)
    .toBeGreaterThan(1)
  await observer.close()
  expect(bed.warnings).toEqual([])
})

it.each<[string, SyncHostOptions]>([
  ['JSON', {}],
  ['MessagePack', { codec: msgpack() }],
])(
  'a viewer without the option stops with VS123 and shows nothing, with %s',
  async (_, options) => {
    expectErrors(errorText('viewer', 'VS123', 'rich'))
    startHost({ values: richValues(), ...options })
    const { shown, view, error, status } = openViewer({})
    await expect.poll(() => error.value?.code).toBe('VS123')
    expect([status.value, view.value, shown.players.size]).toEqual(['disconnected', undefined, 0])
  },
)

it('a saved state with such values is shown before the viewer is connected, by a viewer with the option only', async () => {
  let kept: KeptState | undefined
  const cache = {
    load: () => Promise.resolve(kept && (JSON.parse(JSON.stringify(kept)) as KeptState)),
    save: (__: unknown, state: KeptState) => {
      kept = state
      return Promise.resolve()
    },
  }
  startHost({ values: richValues() })
  const first = openViewer({ values: richValues(), cache })
  await expect.poll(() => first.shown.players.size).toBe(1)
  first.disconnect()
  await expect.poll(() => kept?.message.values).toBe('rich')
  unmountApps()
  const url = 'ws://127.0.0.1:1'
  const again = openViewer({ url, values: richValues(), cache })
  await expect.poll(() => again.shown.due).toStrictEqual(new Date(0))
  const other = openViewer({ url, cache })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(other.view.value).toBeUndefined()
})

it('a host without the option still works with a viewer that has it', async () => {
  const { game } = startHost({})
  const { view, error } = openViewer({ values: richValues() })
  await expect.poll(() => view.value?.['due']).toBe('1970-01-01T00:00:00.000Z')
  game.due = undefined
  await expect.poll(() => 'due' in view.value!).toBe(false)
  expect([error.value, view.value]).toEqual([undefined, {}])
})
