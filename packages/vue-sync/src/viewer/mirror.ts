import type { Pinia, Store } from 'pinia'
import { type ShallowRef, shallowReactive, shallowRef } from 'vue'
import type { Warn } from '../diagnostics.ts'
import { createProblems, describeProblem, type Problems } from '../problems.ts'
import {
  applyPatch,
  type ConfigUpdate,
  DIFFERENCES,
  type HashCache,
  hashOf,
  MOST_BYTES,
  type Payload,
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
  /**
   * The hash of `state`, which equals the host's hash of the same position; `undefined` if the host's schemas
   * differ from the viewer's, because then its state does too.
   */
  hash: () => number | undefined
  /** The parts of the state that do not show what the host has. */
  readonly problems: Problems
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
  return Object.fromEntries(Object.entries(next).filter(([key, value]) => prev?.[key] !== value))
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

export function createMirror(pinia: () => Pinia, warn: Warn): Mirror {
  const ids = shallowReactive<string[]>([])
  const views = new Map<string, ShallowRef<StoreFields | undefined>>()
  const problems = createProblems()
  const stores = createFilledStores(pinia, warn)
  const hashes: HashCache = new WeakMap()
  let state: Payload = {}
  /** By how much `state` may have grown since it was last measured. */
  let grown = 0
  let differs = false

  function view(id: string): ShallowRef<StoreFields | undefined> {
    let found = views.get(id)
    if (!found)
      views.set(id, (found = shallowRef(Object.hasOwn(state, id) ? state[id] : undefined)))
    return found
  }

  function replaceAll(received: Payload): boolean {
    const before = state
    const fills: [FilledStore, Admitted][] = []
    let next: Payload
    try {
      if (Object.keys(received).length > MOST_STORES) return false
      next = share(before, received)
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
    state = next
    grown = 0
    const newIds = Object.keys(state)
    for (const id of ids) if (!Object.hasOwn(state, id)) view(id).value = undefined
    for (const id of newIds) view(id).value = state[id]
    for (const [store, admitted] of fills) {
      store.refuses = admitted.refused
      store.fill(admitted, undefined)
    }
    if (newIds.join('\n') !== ids.join('\n')) ids.splice(0, ids.length, ...newIds)
    return true
  }

  function update(message: ConfigUpdate): boolean {
    const before = state
    const fills: [FilledStore, Admitted, StoreFields][] = []
    let next: Payload
    try {
      grown += sizeOf(message.payload)
      next = merge(before, message, (units) => (grown += units))
      // Messages that each cost little must not make a state that no relay would accept as a whole.
      if (grown > MOST_BYTES) {
        if (sizeOf(next) > 2 * MOST_BYTES) return false
        grown = 0
      }
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
    state = next
    for (const id of ids) view(id).value = next[id]
    for (const [store, admitted, prev] of fills) store.fill(admitted, prev)
    return true
  }

  function reportDifferences({
    type,
    [DIFFERENCES]: found,
  }: Pick<StateMessage, 'type' | typeof DIFFERENCES>): void {
    differs = found !== undefined
    if (type === 'session_update') problems.remove(({ code }) => code === 'VS125')
    for (const problem of found ?? []) {
      problems.add(problem)
      if (process.env.NODE_ENV !== 'production') warn(problem.code, describeProblem(problem))
    }
  }

  return {
    ids,
    get state() {
      return state
    },
    view,
    apply(message) {
      const fits = message.type === 'config_update' ? update(message) : replaceAll(message.payload)
      if (fits) reportDifferences(message)
      return fits
    },
    hash: () => (differs ? undefined : hashOf(state, hashes)),
    problems,
    clear() {
      state = {}
      ids.splice(0)
      for (const ref of views.values()) ref.value = undefined
      reportDifferences({ type: 'session_update' })
    },
    adopt(store, rules) {
      const added = stores.add(store, rules)
      const received = view(store.$id).value
      if (received) added.fill(added.admit(received, received), undefined)
    },
    release: stores.release,
  }
}
