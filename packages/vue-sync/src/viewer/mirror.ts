import type { Pinia, Store } from 'pinia'
import { type ShallowRef, shallowReactive, shallowRef } from 'vue'
import type { Warn } from '../diagnostics.ts'
import { createProblems, type Problems } from '../problems.ts'
import {
  applyPatch,
  type ConfigUpdate,
  type HashCache,
  hashOf,
  isRecord,
  MOST_BYTES,
  type Payload,
  put,
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
  /** Everything as received, immutable. */
  readonly state: Payload
  /** One store as received, immutable: unchanged parts keep their identity. */
  view: (id: string) => ShallowRef<StoreFields | undefined>
  /**
   * Applies one message as one atomic change. Gives `false` when the message does not fit. Nothing has
   * changed then, and the viewer needs a whole state.
   */
  apply: (message: StateMessage) => boolean
  /** The hash of `state`, which equals the host's hash of the same position. */
  hash: () => number
  /** The fields of the app's stores that do not show what the host has. */
  readonly problems: Problems
  /** Drops what was received, and empties the stores that showed it, before the state of another session comes. */
  clear: () => void
  /** Fills a Pinia store from now on. */
  adopt: (store: Store, rules: StoreRules) => void
  release: () => void
}

/** An app shows each store, also those that it does not define. */
const MOST_STORES = 1000

/** @throws if the patch does not fit or costs too much, or if the result is no state */
export function merge(
  state: Payload,
  { payload, patch }: ConfigUpdate,
  onCost: (units: number) => void,
): Payload {
  const next = { ...state }
  for (const id of Object.keys(payload)) {
    const held = Object.hasOwn(state, id) ? state[id] : undefined
    put(next, id, share(held, { ...held, ...payload[id] }))
  }
  if (!patch) return next
  const patched = applyPatch(next, patch, onCost)
  if (!Object.values(patched).every(isRecord)) throw new Error('a store must be an object')
  return patched
}

export function createMirror(pinia: () => Pinia, warn: Warn): Mirror {
  const ids = shallowReactive<string[]>([])
  const views = new Map<string, ShallowRef<StoreFields | undefined>>()
  const problems = createProblems()
  const stores = createFilledStores(pinia, warn, problems)
  const hashes: HashCache = new WeakMap()
  let state: Payload = {}
  /** By how much `state` may have grown since it was last measured. */
  let grown = 0

  function view(id: string): ShallowRef<StoreFields | undefined> {
    let found = views.get(id)
    if (!found) views.set(id, (found = shallowRef(heldOf(id))))
    return found
  }

  const heldOf = (id: string) => (Object.hasOwn(state, id) ? state[id] : undefined)

  /** Shows `next` as it is, in the views. */
  function replaceState(next: Payload): void {
    const newIds = Object.keys(next)
    state = next
    for (const id of ids) {
      if (Object.hasOwn(next, id)) continue
      view(id).value = undefined
      stores.get(id)?.reset()
    }
    for (const id of newIds) view(id).value = next[id]
    if (newIds.length !== ids.length || newIds.some((id, index) => id !== ids[index]))
      ids.splice(0, ids.length, ...newIds)
  }

  function replaceAll(received: Payload): boolean {
    const fills: [FilledStore, Admitted][] = []
    let next: Payload
    try {
      if (Object.keys(received).length > MOST_STORES) return false
      next = share(state, received)
      for (const [id, fields] of Object.entries(next)) {
        const store = stores.get(id)
        if (store) fills.push([store, store.admit(fields, heldOf(id), true)])
      }
    } catch {
      return false
    }
    replaceState(next)
    grown = 0
    for (const [store, admitted] of fills) {
      store.refuses = admitted.refused.length > 0
      store.fill(admitted, undefined)
    }
    return true
  }

  function update(message: ConfigUpdate): boolean {
    const fills: [FilledStore, Admitted, StoreFields | undefined][] = []
    let next: Payload
    try {
      grown += sizeOf(message.payload)
      next = merge(state, message, (units) => (grown += units))
      if (Object.keys(next).length > MOST_STORES) return false
      // Messages that each cost little must not make a state that no relay would accept as a whole.
      if (grown > MOST_BYTES) {
        if (sizeOf(next) > 2 * MOST_BYTES) return false
        grown = 0
      }
      for (const [id, fields] of Object.entries(next)) {
        const held = heldOf(id)
        const store = fields === held ? undefined : stores.get(id)
        if (!store) continue
        const admitted = store.admit(fields, held, false)
        if (message.patch && admitted.refused.length > 0 && !store.refuses) return false
        fills.push([store, admitted, held])
      }
    } catch {
      return false
    }
    replaceState(next)
    for (const [store, admitted, held] of fills) {
      store.refuses ||= admitted.refused.length > 0
      store.fill(admitted, held)
    }
    return true
  }

  return {
    ids,
    get state() {
      return state
    },
    view,
    apply(message) {
      return message.type === 'config_update' ? update(message) : replaceAll(message.payload)
    },
    hash: () => hashOf(state, hashes),
    problems,
    clear: () => replaceState({}),
    adopt(store, rules) {
      const added = stores.add(store, rules)
      const received = view(store.$id).value
      if (received) added.fill(added.admit(received, undefined, true), undefined)
    },
    release: stores.release,
  }
}
