import type { Pinia, Store } from 'pinia'
import { type ShallowRef, shallowReactive, shallowRef } from 'vue'
import type { Warn } from '../diagnostics.ts'
import {
  applyPatch,
  type ConfigUpdate,
  type HashCache,
  hashOf,
  MOST_BYTES,
  type Payload,
  type RichValues,
  type SessionUpdate,
  share,
  sizeOf,
  type StateMessage,
  type StoreFields,
} from '../protocol/index.ts'
import { createFilledStores, type FilledStore } from './filled-stores.ts'
import type { Admitted, StoreRules } from './store-rules.ts'

/** The host's state as received, and the Pinia stores that show it. */
export interface Mirror {
  /** Ids of the synced stores, in the host's order. */
  readonly ids: string[]
  /** Everything as received, immutable: with `form`, values that JSON does not have are encoded. */
  readonly state: Payload
  /** The form of the values in `state`. */
  readonly form: string | undefined
  /** One store as it is shown, immutable: unchanged parts keep their identity. */
  view: (id: string) => ShallowRef<StoreFields | undefined>
  /**
   * Applies one message as one atomic change. Gives `false` when the message does not fit. Nothing has
   * changed then, and the viewer needs a whole state.
   */
  apply: (message: StateMessage) => boolean
  /** The hash of `state`, which equals the host's hash of the same position. */
  hash: () => number
  /** Drops what was received, before the state of another session comes. */
  clear: () => void
  /** Fills a Pinia store from now on. */
  adopt: (store: Store, rules: StoreRules) => void
  release: () => void
}

/** An app shows each store, also those that it does not define. */
const MOST_STORES = 1000

/** The fields of `next` that differ from those of `prev`, by identity. */
function changesOf(prev: StoreFields | undefined, next: StoreFields): StoreFields {
  return Object.fromEntries(
    Object.entries(next).filter(
      ([key, value]) => !prev || !Object.hasOwn(prev, key) || !Object.is(prev[key], value),
    ),
  )
}

/** @throws if the patch does not fit, or costs too much */
export function merge(
  state: Payload,
  { payload, patch }: ConfigUpdate,
  onCost: (units: number) => void,
): Payload {
  const next = { ...state }
  for (const [id, changed] of Object.entries(payload)) {
    if (Object.hasOwn(state, id)) next[id] = share(state[id], { ...state[id], ...changed })
  }
  return patch ? applyPatch(next, patch, onCost) : next
}

export function createMirror(pinia: () => Pinia, warn: Warn, values?: RichValues): Mirror {
  const ids = shallowReactive<string[]>([])
  const views = new Map<string, ShallowRef<StoreFields | undefined>>()
  const stores = createFilledStores(pinia, warn, values)
  const hashes: HashCache = new WeakMap()
  let state: Payload = {}
  /** `state` as it is shown: with the values that JSON does not have. */
  let shown = state
  /** The form of the values in `state`. */
  let form: string | undefined
  /** By how much `state` may have grown since it was last measured. */
  let grown = 0

  function view(id: string): ShallowRef<StoreFields | undefined> {
    let found = views.get(id)
    if (!found)
      views.set(id, (found = shallowRef(Object.hasOwn(shown, id) ? shown[id] : undefined)))
    return found
  }

  /** @throws Error for a malformed form */
  const show = (next: Payload, as: string | undefined): Payload =>
    as === undefined ? next : values!.decode(next)

  function replaceAll({ payload: received, values: as }: SessionUpdate): boolean {
    const before = shown
    const fills: [FilledStore, Admitted][] = []
    let encoded: Payload
    let next: Payload
    try {
      if (Object.keys(received).length > MOST_STORES) return false
      encoded = share(state, received)
      next = show(encoded, as)
      for (const [id, fields] of Object.entries(next)) {
        const store = stores.get(id)
        if (!store) continue
        const admitted = store.admit(fields, fields)
        const removed = Object.keys(before[id] ?? {}).filter((key) => !Object.hasOwn(fields, key))
        for (const key of removed) admitted.fields[key] = store.initial[key]
        fills.push([store, admitted])
      }
    } catch {
      return false
    }
    state = encoded
    shown = next
    form = as
    grown = 0
    const newIds = Object.keys(next)
    for (const id of ids) if (!Object.hasOwn(next, id)) view(id).value = undefined
    for (const id of newIds) view(id).value = next[id]
    for (const [store, admitted] of fills) {
      store.refuses = admitted.refused
      store.fill(admitted, undefined)
    }
    if (newIds.join('\n') !== ids.join('\n')) ids.splice(0, ids.length, ...newIds)
    return true
  }

  function update(message: ConfigUpdate): boolean {
    const before = shown
    const fills: [FilledStore, Admitted, StoreFields][] = []
    let encoded: Payload
    let next: Payload
    try {
      if (message.values !== form) return false
      grown += sizeOf(message.payload)
      encoded = merge(state, message, (units) => (grown += units))
      // Messages that each cost little must not make a state that no relay would accept as a whole.
      if (grown > MOST_BYTES) {
        if (sizeOf(encoded) > 2 * MOST_BYTES) return false
        grown = 0
      }
      next = show(encoded, form)
      for (const id of ids) {
        const store = next[id] === before[id] ? undefined : stores.get(id)
        if (!store) continue
        const admitted = store.admit(changesOf(before[id], next[id]!), next[id]!)
        if (message.patch && admitted.refused && !store.refuses) return false
        fills.push([store, admitted, before[id]!])
      }
    } catch {
      return false
    }
    state = encoded
    shown = next
    for (const id of ids) view(id).value = next[id]
    for (const [store, admitted, prev] of fills) store.fill(admitted, prev)
    return true
  }

  return {
    ids,
    get state() {
      return state
    },
    get form() {
      return form
    },
    view,
    apply(message) {
      if (message.values !== undefined && !values) return false
      return message.type === 'config_update' ? update(message) : replaceAll(message)
    },
    hash: () => hashOf(state, hashes),
    clear() {
      state = shown = {}
      form = undefined
      ids.splice(0)
      for (const ref of views.values()) ref.value = undefined
    },
    adopt(store, rules) {
      const added = stores.add(store, rules)
      const received = view(store.$id).value
      if (received) added.fill(added.admit(received, received), undefined)
    },
    release: stores.release,
  }
}
