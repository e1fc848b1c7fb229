import fc from 'fast-check'
import { createPinia, defineStore } from 'pinia'
import { describe, expect, it } from 'vitest'
import { createApp, nextTick } from 'vue'
import { createWarn } from '../src/diagnostics.ts'
import { createPublisher } from '../src/host/core/publisher.ts'
import { createStoreSource } from '../src/host/stores/store-source.ts'
import { isRecord, judge, parseMessage, type Position } from '../src/protocol/index.ts'
import { createMirror } from '../src/viewer/mirror/mirror.ts'
import { anyJson } from './json-arbitrary.ts'

// `unknown`, because Vue's unwrapping types recurse endlessly on a recursive JSON type.
interface State {
  list: unknown[]
  record: Record<string, unknown>
  any: unknown
  count: number
}

const initial = (): State => ({ list: [], record: {}, any: null, count: 0 })

/** A host's Pinia and a viewer's Pinia, connected by JSON text. */
function setup() {
  const useStore = defineStore('s', { state: initial })
  const host = createPinia()
  const viewer = createPinia()
  createApp({}).use(host)
  createApp({}).use(viewer)
  const source = useStore(host)
  const shown = useStore(viewer)
  const warn = createWarn()
  const mirror = createMirror({ pinia: () => viewer, warn })
  mirror.adopt(shown, {})
  const frames: string[] = []
  let held: Position | undefined
  const publisher = createPublisher('e', (message) => {
    const frame = JSON.stringify(message)
    frames.push(frame)
    const received = parseMessage(frame)!
    if (received.type === 'status' || judge(held, received) !== 'apply') throw new Error(frame)
    if (!mirror.apply(received)) throw new Error(frame)
    held = { epoch: received.epoch, seq: received.seq }
    return true
  })
  const { read, stop } = createStoreSource(source, {}, warn, () => {})
  publisher.add('s', read)
  return { source, shown, mirror, publisher, frames, stop }
}

const json = anyJson(3)
const key = fc.constantFrom('a', 'b', 'c', 'long key', '0', 'constructor', 'toString')
const at = fc.nat(12)

type Store = ReturnType<typeof setup>['source']
const step: fc.Arbitrary<(store: Store) => void> = fc.oneof(
  json.map((value) => (store: Store) => void store.list.push(value)),
  json.map((value) => (store: Store) => void store.list.unshift(value)),
  fc.constant((store: Store) => void store.list.pop()),
  fc.constant((store: Store) => void store.list.shift()),
  fc.constant((store: Store) => void store.list.reverse()),
  // Sorting by `String(value)` throws for an object whose own `toString` is no function.
  fc.constant(
    (store: Store) =>
      void store.list.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  ),
  fc
    .tuple(at, at, fc.array(json, { maxLength: 3 }))
    .map(([from, count, items]) => (store: Store) => {
      const list = store.list as unknown[]
      list.splice(from, count, ...items)
    }),
  fc.tuple(at, at).map(([a, b]) => (store: Store) => {
    const { list } = store
    if (a < list.length && b < list.length) [list[a], list[b]] = [list[b]!, list[a]!]
  }),
  fc.tuple(at, key, json).map(([index, name, value]) => (store: Store) => {
    const item = store.list[index]
    if (isRecord(item)) item[name] = value
    else if (index < store.list.length) store.list[index] = value
  }),
  fc.tuple(key, json).map(
    ([name, value]) =>
      (store: Store) =>
        void (store.record[name] = value),
  ),
  key.map((name) => (store: Store) => void delete store.record[name]),
  json.map((value) => (store: Store) => void (store.any = value)),
  fc.integer().map((count) => (store: Store) => store.$patch({ count })),
  json.map((value) => (store: Store) => store.$patch({ record: { patched: value } as never })),
  fc.tuple(json, fc.integer()).map(
    ([value, count]) =>
      (store: Store) =>
        store.$patch((state) => {
          state.list.push(value)
          state.count = count
        }),
  ),
  fc.constant((store: Store) => store.$reset()),
  json.map((any) => (store: Store) => void (store.$state = { ...initial(), any })),
)

describe('host to viewer', () => {
  it('keeps the viewer equal to the host after each flush, for any mutations', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { maxLength: 5 }), { maxLength: 12 }),
        async (rounds) => {
          const { source, shown, mirror, publisher, stop } = setup()
          publisher.flush()
          for (const round of rounds) {
            for (const mutate of round) mutate(source)
            publisher.flush()
            const expected = JSON.parse(JSON.stringify(source.$state)) as State
            expect(mirror.view('s').value).toEqual(expected)
            expect(JSON.parse(JSON.stringify(shown.$state))).toEqual(expected)
          }
          stop()
          await nextTick()
        },
      ),
      { numRuns: 300 },
    )
  })

  it('sends nothing when a flush finds no change', () => {
    const { source, publisher, frames } = setup()
    publisher.flush()
    source.list.push({ a: 1 })
    publisher.flush()
    expect(frames).toHaveLength(2)
    source.count = 5
    source.count = 0
    publisher.flush()
    expect(frames).toHaveLength(2)
  })
})
