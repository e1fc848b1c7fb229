import fc from 'fast-check'
import { createPinia, defineStore } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { createApp, nextTick, reactive, ref, type Ref, shallowRef, toRaw, watchEffect } from 'vue'
import { cbor } from '../src/codecs/cbor.ts'
import { msgpack } from '../src/codecs/msgpack.ts'
import { createWarn } from '../src/diagnostics.ts'
import { createCipher, readSigningKey } from '../src/encrypt/cipher.ts'
import { valueForm } from '../src/host/core/plain.ts'
import { createPublisher } from '../src/host/core/publisher.ts'
import { createStoreSource } from '../src/host/stores/store-source.ts'
import {
  type Codec,
  decodeFrame,
  encodeFrame,
  hashOf,
  type Message,
  RICH,
  type StateMessage,
} from '../src/protocol/index.ts'
import { richValues } from '../src/values/rich-values.ts'
import { createMirror } from '../src/viewer/mirror/mirror.ts'
import { describeValue, richKey, richValue } from './rich-arbitrary.ts'

const CODECS = [msgpack(), cbor()]

// Vue 3.5 warns of this for each write to an existing key that is NaN, because it compares the key with `!==`.
const NAN_KEY =
  /Reactive (?:Map|Set) contains both the raw and reactive versions of the same object/
beforeEach(() => {
  const { warn } = console
  const quieter = (...args: unknown[]): void => {
    if (!NAN_KEY.test(String(args[0]))) warn(...args)
  }
  Object.assign(console, { warn: quieter })
})

const useOne = defineStore('one', () => ({
  value: ref() as Ref<unknown>,
  map: ref(new Map()) as Ref<Map<unknown, unknown>>,
  set: ref(new Set()) as Ref<Set<unknown>>,
  list: ref([]) as Ref<unknown[]>,
  record: ref({}) as Ref<Record<string, unknown>>,
  shallow: shallowRef() as Ref<unknown>,
}))
type One = ReturnType<typeof useOne>

/** A host and a viewer with one store each, connected by frames. */
function setup(codec?: Codec) {
  const [hostPinia, viewerPinia] = [createPinia(), createPinia()]
  for (const pinia of [hostPinia, viewerPinia]) createApp({}).use(pinia)
  const source = useOne(hostPinia)
  const shown = useOne(viewerPinia)
  const warn = createWarn()
  const mirror = createMirror({ pinia: () => viewerPinia, warn, values: richValues() })
  mirror.adopt(shown, {})
  const frames: Uint8Array[] = []
  const messages: StateMessage[] = []
  let hostHash = 0
  const publisher = createPublisher('e', (message) => {
    if (message.type === 'status') {
      hostHash = message.payload.hash!
      return true
    }
    const frame = encodeFrame({ ...message, values: RICH }, { codec }) as Uint8Array
    frames.push(frame)
    const received = decodeFrame(frame, CODECS) as StateMessage
    messages.push(received)
    if (!mirror.apply(received)) throw new Error('did not fit')
    return true
  })
  const form = valueForm(codec !== undefined, richValues())
  const { read, stop } = createStoreSource(source, {}, warn, () => {}, undefined, form)
  publisher.add('one', read)
  publisher.flushAll()
  return {
    source,
    shown,
    mirror,
    frames,
    messages,
    view: mirror.view('one'),
    flush: publisher.flush,
    flushAll: publisher.flushAll,
    hash() {
      publisher.flushHash()
      publisher.flushHash()
      return hostHash
    },
    stop,
  }
}

const at = fc.nat(5)
const pick = (items: Iterable<unknown>, index: number): unknown => [...items][index]
/** Changes in place, as apps make them. */
const step: fc.Arbitrary<(store: One) => void> = fc.oneof(
  richValue.map((value) => (store: One) => void (store.value = value)),
  richValue.map((value) => (store: One) => void (store.shallow = value)),
  fc.tuple(richValue, richValue).map(
    ([key, value]) =>
      (store: One) =>
        void store.map.set(key, value),
  ),
  fc.tuple(at, richValue).map(([index, value]) => (store: One) => {
    if (index < store.map.size) store.map.set(pick(toRaw(store.map).keys(), index), value)
  }),
  at.map((index) => (store: One) => void store.map.delete(pick(toRaw(store.map).keys(), index))),
  fc.tuple(at, richKey, richValue).map(([index, key, value]) => (store: One) => {
    // Inside a map and a set, through Vue's proxies.
    for (const part of [pick(store.map.values(), index), pick(store.set, index)]) {
      if (part instanceof Map) part.set(key, value)
      else if (part instanceof Set) part.add(value)
      else if (Array.isArray(part)) part.push(value)
      else if (Object.prototype.toString.call(part) === '[object Object]')
        (part as Record<string, unknown>)[key] = value
    }
  }),
  richValue.map((value) => (store: One) => void store.set.add(value)),
  at.map((index) => (store: One) => void store.set.delete(pick(toRaw(store.set), index))),
  fc.constant((store: One) => void store.map.clear()),
  fc.constant((store: One) => void (store.map = new Map([...toRaw(store.map)].toReversed()))),
  richValue.map((value) => (store: One) => void store.list.push(value)),
  richValue.map((value) => (store: One) => void store.list.unshift(value)),
  fc.constant((store: One) => void store.list.shift()),
  fc.tuple(at, richValue).map(
    ([index, value]) =>
      (store: One) =>
        void (store.list[index] = value),
  ),
  fc.tuple(richKey, richValue).map(
    ([key, value]) =>
      (store: One) =>
        void (store.record[key] = value),
  ),
  richKey.map((key) => (store: One) => void delete store.record[key]),
)

/** What a host has, as a codec that carries UTF-8 gives it. */
const expected = (store: One, codec: Codec | undefined): string => {
  const text = describeValue(shownOf(store))
  return codec ? text.replaceAll(String.raw`\ud83d`, '\ufffd') : text
}

describe.each([
  ['JSON', undefined],
  ['MessagePack', msgpack()],
  ['CBOR', cbor()],
])('rich values with %s', (_, codec) => {
  it('arrive as they are: any state, any change, in changes and whole states, with equal hashes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(step, { maxLength: 3 }), { maxLength: 6 }),
        fc.nat(),
        (rounds, whole) => {
          const { source, shown, view, mirror, flush, flushAll, hash, stop } = setup(codec)
          for (const [round, steps] of rounds.entries()) {
            for (const change of steps) change(source)
            if (round === whole % 6) flushAll()
            else flush()
            expect(describeValue(view.value)).toBe(expected(source, codec))
            expect(describeValue(shownOf(shown))).toBe(expected(source, codec))
            expect(mirror.hash()).toBe(hash())
          }
          stop()
        },
      ),
      { numRuns: 150 },
    )
  })
})

/** The raw state of a store, without Vue's proxies at any depth. */
function shownOf(store: One): unknown {
  return Object.fromEntries(
    Object.entries({ ...store.$state }).map(([key, value]) => [key, toRaw(value)]),
  )
}

describe('rich values', () => {
  it('send one operation for a change inside a map, a set and a date', () => {
    const { source, messages, flush } = setup()
    source.map = new Map(
      Array.from({ length: 1000 }, (_, id) => [id, { name: `Player ${id}`, score: 0 }]),
    )
    source.set = new Set(Array.from({ length: 1000 }, (_, id) => id))
    source.record = { due: new Date(0), title: 'A long title that is not sent again' }
    flush()
    ;(source.map.get(500) as { score: number }).score = 7
    source.map.delete(3)
    source.set.delete(10)
    source.set.add('new')
    source.record['due'] = new Date(1)
    flush()
    expect(messages.at(-1)).toMatchObject({
      type: 'config_update',
      payload: {},
      patch: [
        { op: 'remove', path: '/one/map/^map/3' },
        { op: 'replace', path: '/one/map/^map/499/1/score', value: 7 },
        { op: 'remove', path: '/one/set/^set/10' },
        { op: 'add', path: '/one/set/^set/999', value: 'new' },
        { op: 'replace', path: '/one/record/due/^date', value: '1970-01-01T00:00:00.001Z' },
      ],
    })
  })

  it('keep the identity of what did not change, in the view and in the store', () => {
    const { source, shown, view, flush, flushAll } = setup()
    const row = { at: new Date(5), name: 'Ada' }
    source.map = new Map<unknown, unknown>([
      ['a', row],
      ['b', { at: new Date(6) }],
    ])
    source.value = new Date(7)
    flush()
    const before = view.value as unknown as One
    const [map, a, date] = [shown.map, shown.map.get('a'), shown.value]
    ;(source.map.get('b') as { at: Date }).at = new Date(8)
    flush()
    flushAll()
    const after = view.value as unknown as One
    expect(after.map).not.toBe(before.map)
    expect(after.map.get('a')).toBe(before.map.get('a'))
    expect(after.value).toBe(before.value)
    expect([shown.map, shown.map.get('a'), shown.value]).toEqual([map, a, date])
    expect(shown.map).toBe(map)
    expect(shown.map.get('a')).toBe(a)
    expect(shown.value).toBe(date)
    expect((shown.map.get('b') as { at: Date }).at).toEqual(new Date(8))
  })

  it('render again only what shows the changed entry of a map', async () => {
    const { source, shown, flush } = setup()
    source.map = new Map([
      ['a', { n: 1 }],
      ['b', { n: 2 }],
    ])
    flush()
    const runs = { a: 0, b: 0 }
    for (const key of ['a', 'b'] as const)
      watchEffect(() => {
        void (shown.map.get(key) as { n: number }).n
        runs[key]++
      })
    ;(source.map.get('b') as { n: number }).n = 3
    flush()
    await nextTick()
    expect(runs).toEqual({ a: 1, b: 2 })
  })

  it('fill a map that a setup store holds itself', () => {
    const useHeld = defineStore('one', () => {
      const map = reactive(new Map<string, number>())
      return { map, total: () => [...map.values()].reduce((sum, n) => sum + n, 0) }
    })
    const pinia = createPinia()
    createApp({}).use(pinia)
    const held = useHeld(pinia)
    const mirror = createMirror({ pinia: () => pinia, warn: createWarn(), values: richValues() })
    mirror.adopt(held, {})
    const state = (map: unknown) =>
      ({
        type: 'session_update',
        epoch: 'e',
        seq: 1,
        values: RICH,
        payload: { one: { map: { '^map': map } } },
      }) as never
    mirror.apply(
      state([
        ['a', 1],
        ['b', 2],
      ]),
    )
    expect(held.total()).toBe(3)
    mirror.apply(
      state([
        ['b', 5],
        ['a', 1],
      ]),
    )
    expect([held.total(), [...held.map]]).toEqual([
      6,
      [
        ['b', 5],
        ['a', 1],
      ],
    ])
    mirror.apply(state([]))
    expect(held.total()).toBe(0)
    mirror.apply(state([['a', 3]]))
    mirror.clear()
    expect(held.total()).toBe(0)
  })

  it('are copied: an app that writes into its store does not change what was received', () => {
    const { source, shown, mirror, flush, hash } = setup()
    source.map = new Map<unknown, unknown>([
      ['a', { n: 1 }],
      [{ key: 1 }, 2],
    ])
    source.set = new Set([{ n: 1 }])
    flush()
    const map = toRaw(shown.map)
    for (const part of [...map.values(), ...map.keys(), ...toRaw(shown.set)]) {
      if (typeof part === 'object') Object.assign(part as object, { written: true })
    }
    expect(mirror.hash()).toBe(hash())
  })

  it('that are malformed apply nothing', () => {
    const { mirror, view, source, flush } = setup()
    source.value = 1
    flush()
    const before = view.value
    const message = {
      type: 'config_update',
      epoch: 'e',
      seq: 2,
      values: RICH,
      payload: { one: { value: { '^date': 'now' }, list: [1] } },
    }
    expect(mirror.apply(message as never)).toBe(false)
    expect(view.value).toBe(before)
  })

  it('are not shown by a viewer without the option, and not mixed with a state without them', () => {
    const plain = createMirror({ pinia: createPinia, warn: createWarn() })
    const message = { type: 'session_update', epoch: 'e', seq: 1, payload: { one: { a: '^u' } } }
    expect(plain.apply({ ...message, values: RICH } as never)).toBe(false)
    const rich = createMirror({ pinia: createPinia, warn: createWarn(), values: richValues() })
    expect(rich.apply(message as never)).toBe(true)
    expect(rich.view('one').value).toEqual({ a: '^u' })
    expect(rich.apply({ ...message, type: 'config_update', seq: 2, values: RICH } as never)).toBe(
      false,
    )
  })

  it('are sealed like any message', async () => {
    const { frames, messages, source, flush } = setup()
    source.map.set('due', new Date(0))
    flush()
    const secret = 'A'.repeat(43)
    const host = await createCipher(secret, 'default', {
      signingKey: await readSigningKey(undefined),
    })
    const sealed = await host.seal(messages.at(-1)!, frames.at(-1)!)
    const viewer = await createCipher(secret, 'default', {
      signer: (await readSigningKey(undefined)).publicKey,
    })
    await expect(viewer.open(sealed)).rejects.toThrow()
    const header = new TextDecoder().decode(sealed.subarray(0, sealed.indexOf(10)))
    expect(header).not.toContain(RICH)
    const opened = (await decodeFrame(await host.open(sealed), CODECS)) as Message
    expect(opened).toEqual(messages.at(-1))
    expect(hashOf({}, new WeakMap())).toBeTypeOf('number')
  })
})
