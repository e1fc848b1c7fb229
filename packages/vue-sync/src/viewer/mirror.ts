import type { Pinia, Store } from 'pinia'
import { type ShallowRef, shallowReactive, shallowRef, toRaw, watch, type WatchHandle } from 'vue'
import type { Warn } from '../diagnostics.ts'
import { madeStores } from '../pinia/existing-stores.ts'
import {
  applyPatch,
  clone,
  type ConfigUpdate,
  type HashCache,
  hashOf,
  type Payload,
  safeKeys,
  share,
  type StateMessage,
  type StoreFields,
} from '../protocol/index.ts'
import { write } from './reconcile.ts'
import { type Admitted, createAdmission, type StoreRules } from './store-rules.ts'

/** The host's state as received, and the Pinia stores that show it. */
export interface Mirror {
  /** Ids of the synced stores, in the host's order. */
  readonly ids: string[]
  /** Everything as received, immutable. */
  readonly state: Payload
  /** One store as received, immutable: what did not change keeps its identity. */
  view: (id: string) => ShallowRef<StoreFields | undefined>
  /**
   * Applies one message. One message is one atomic change: `false` means that it did not fit and that
   * nothing has changed, so a whole state is needed.
   */
  apply: (message: StateMessage) => boolean
  /** What the host's hash of the same position must be. */
  hash: () => number
  /** Forgets what was received: another session's state is coming. */
  clear: () => void
  /** Fills a Pinia store from now on. */
  adopt: (store: Store, rules: StoreRules) => void
  release: () => void
}

interface Filled {
  store: Store
  initial: StoreFields
  admit: (changed: StoreFields, all: StoreFields) => Admitted
  /** The latest whole state had something this store refuses: asking again would not help. */
  refuses: boolean
  /** Sees writes that are not ours, in development. */
  guard: WatchHandle | undefined
}

/** The fields of `next` that are not those of `prev`, by identity. */
function changesOf(prev: StoreFields | undefined, next: StoreFields): StoreFields {
  return Object.fromEntries(Object.entries(next).filter(([key, value]) => prev?.[key] !== value))
}

function merge(state: Payload, { payload, patch }: ConfigUpdate): Payload {
  const next = { ...state }
  for (const [id, changed] of Object.entries(payload)) {
    if (Object.hasOwn(state, id)) next[id] = share(state[id], { ...state[id], ...changed })
  }
  return patch ? applyPatch(next, patch) : next
}

export function createMirror(pinia: () => Pinia, warn: Warn): Mirror {
  const ids = shallowReactive<string[]>([])
  const views = new Map<string, ShallowRef<StoreFields | undefined>>()
  const filled = new Map<string, Filled>()
  const hashes: HashCache = new WeakMap()
  let state: Payload = {}
  let writing = false

  function view(id: string): ShallowRef<StoreFields | undefined> {
    let found = views.get(id)
    if (!found)
      views.set(id, (found = shallowRef(Object.hasOwn(state, id) ? state[id] : undefined)))
    return found
  }

  function targetOf(id: string): Filled | undefined {
    const target = filled.get(id)
    // A disposed store left Pinia's list without telling anyone.
    return target && madeStores(pinia()).get(id) === target.store ? target : undefined
  }

  function fill(target: Filled, { fields }: Admitted, prev: StoreFields | undefined): void {
    const { store, guard } = target
    writing = true
    guard?.pause()
    try {
      store.$patch((held: object) => {
        for (const key of safeKeys(fields)) write(held, key, fields[key], prev?.[key])
      })
    } catch (error) {
      if (process.env.NODE_ENV !== 'production')
        warn('VS207', `store "${store.$id}" could not be filled`, error)
    } finally {
      guard?.resume()
      writing = false
    }
  }

  function replaceAll(next: Payload): void {
    const before = state
    state = share(before, next)
    const now = Object.keys(state)
    for (const id of ids) if (!Object.hasOwn(state, id)) view(id).value = undefined
    for (const id of now) {
      const fields = (view(id).value = state[id]!)
      const target = targetOf(id)
      if (!target) continue
      const admitted = target.admit(fields, fields)
      target.refuses = admitted.refused
      const gone = Object.keys(before[id] ?? {}).filter((key) => !Object.hasOwn(fields, key))
      for (const key of gone) admitted.fields[key] = target.initial[key]
      fill(target, admitted, undefined)
    }
    if (now.join('\n') !== ids.join('\n')) ids.splice(0, ids.length, ...now)
  }

  function update(message: ConfigUpdate): boolean {
    const before = state
    const fills: [Filled, Admitted, StoreFields][] = []
    let next: Payload
    try {
      next = merge(before, message)
      for (const id of ids) {
        const target = next[id] === before[id] ? undefined : targetOf(id)
        if (!target) continue
        const admitted = target.admit(changesOf(before[id], next[id]!), next[id]!)
        if (message.patch && admitted.refused && !target.refuses) return false
        fills.push([target, admitted, before[id]!])
      }
    } catch {
      return false
    }
    state = next
    for (const id of ids) view(id).value = next[id]
    for (const [target, admitted, prev] of fills) fill(target, admitted, prev)
    return true
  }

  return {
    ids,
    get state() {
      return state
    },
    view,
    apply(message) {
      if (message.type === 'config_update') return update(message)
      replaceAll(message.payload)
      return true
    },
    hash: () => hashOf(state, hashes),
    clear() {
      state = {}
      ids.splice(0)
      for (const ref of views.values()) ref.value = undefined
    },
    adopt(store, rules) {
      const id = store.$id
      // Spread, because the raw state of a setup store holds refs.
      const own = Object.entries({ ...store.$state }).map(([key, value]) => [key, toRaw(value)])
      const initial = clone(Object.fromEntries(own) as StoreFields)
      filled.get(id)?.guard?.stop()
      const target: Filled = {
        store,
        initial,
        admit: createAdmission(id, initial, rules, warn),
        refuses: false,
        guard:
          process.env.NODE_ENV === 'production'
            ? undefined
            : watch(
                () => store.$state,
                () => {
                  if (!writing) warn('VS205', `store "${id}"`)
                },
                { deep: true, flush: 'sync' },
              ),
      }
      filled.set(id, target)
      const received = view(id).value
      if (received) fill(target, target.admit(received, received), undefined)
    },
    release() {
      for (const { guard } of filled.values()) guard?.stop()
      filled.clear()
    },
  }
}
