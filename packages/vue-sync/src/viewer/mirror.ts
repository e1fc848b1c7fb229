import type { Pinia, Store } from 'pinia'
import { type ShallowRef, shallowReactive, shallowRef, toRaw, watch, type WatchHandle } from 'vue'
import type { Warn } from '../diagnostics.ts'
import {
  clone,
  type Payload,
  safeKeys,
  share,
  type StateMessage,
  type StoreFields,
} from '../protocol/index.ts'
import { madeStores } from '../pinia/made-stores.ts'
import { write } from './reconcile.ts'
import { type Admit, createAdmission, type StoreRules } from './store-rules.ts'

/** The host's state as received, and the Pinia stores that show it. */
export interface Mirror {
  /** Ids of the synced stores, in the host's order. */
  readonly ids: string[]
  /** One store as received, immutable: what did not change keeps its identity. */
  view: (id: string) => ShallowRef<StoreFields | undefined>
  /** Applies one message. One message is one atomic change. */
  apply: (message: StateMessage) => void
  /** Forgets what was received: another session's state is coming. */
  clear: () => void
  /** Fills a Pinia store from now on. */
  adopt: (store: Store, rules: StoreRules) => void
  release: () => void
}

interface Filled {
  store: Store
  initial: StoreFields
  admit: Admit
  /** Sees writes that are not ours, in development. */
  guard: WatchHandle | undefined
}

export function createMirror(pinia: () => Pinia, warn: Warn): Mirror {
  const ids = shallowReactive<string[]>([])
  const views = new Map<string, ShallowRef<StoreFields | undefined>>()
  const filled = new Map<string, Filled>()
  let writing = false

  function view(id: string): ShallowRef<StoreFields | undefined> {
    let found = views.get(id)
    if (!found) views.set(id, (found = shallowRef()))
    return found
  }

  function fill(id: string, changed: StoreFields, gone: string[] = []): void {
    const target = filled.get(id)
    // A disposed store left Pinia's list without telling anyone.
    if (!target || madeStores(pinia()).get(id) !== target.store) return
    const { store, admit, initial, guard } = target
    writing = true
    guard?.pause()
    try {
      const incoming = { ...admit(changed, view(id).value!) }
      for (const key of gone) incoming[key] = initial[key]
      store.$patch((state: object) => {
        for (const key of safeKeys(incoming)) write(state, key, incoming[key])
      })
    } catch (error) {
      if (process.env.NODE_ENV !== 'production')
        warn('VS207', `store "${id}" could not be filled`, error)
    } finally {
      guard?.resume()
      writing = false
    }
  }

  function replaceAll(payload: Payload): void {
    const next = Object.keys(payload)
    for (const id of ids) if (!Object.hasOwn(payload, id)) view(id).value = undefined
    for (const id of next) {
      const ref = view(id)
      const before = ref.value
      const after = share(before, payload[id]!)
      ref.value = after
      const gone = before ? Object.keys(before).filter((key) => !Object.hasOwn(after, key)) : []
      fill(id, after, gone)
    }
    if (next.join('\n') !== ids.join('\n')) ids.splice(0, ids.length, ...next)
  }

  function merge(payload: Payload): void {
    for (const [id, changed] of Object.entries(payload)) {
      const ref = view(id)
      if (!ref.value) continue
      const after = share(ref.value, { ...ref.value, ...changed })
      if (after === ref.value) continue
      ref.value = after
      fill(id, changed)
    }
  }

  return {
    ids,
    view,
    apply: ({ type, payload }) => (type === 'session_update' ? replaceAll : merge)(payload),
    clear() {
      ids.splice(0)
      for (const ref of views.values()) ref.value = undefined
    },
    adopt(store, rules) {
      const id = store.$id
      // Spread, because the raw state of a setup store holds refs.
      const state = Object.entries({ ...store.$state }).map(([key, value]) => [key, toRaw(value)])
      const initial = clone(Object.fromEntries(state) as StoreFields)
      filled.get(id)?.guard?.stop()
      filled.set(id, {
        store,
        initial,
        admit: createAdmission(id, initial, rules, warn),
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
      })
      const received = view(id).value
      if (received) fill(id, received)
    },
    release() {
      for (const { guard } of filled.values()) guard?.stop()
      filled.clear()
    },
  }
}
