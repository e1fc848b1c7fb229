import type { Pinia, Store } from 'pinia'
import { toRaw, watch, type WatchHandle } from 'vue'
import type { Warn } from '../diagnostics.ts'
import { existingStores } from '../pinia/existing-stores.ts'
import { clone, type Json, type RichValues, safeKeys, type StoreFields } from '../protocol/index.ts'
import { createWriting, write } from './reconcile.ts'
import { type Admitted, createAdmission, type StoreRules } from './store-rules.ts'

/** A Pinia store that shows one of the host's stores. */
export interface FilledStore {
  /** The state that the definition starts with. */
  readonly initial: StoreFields
  /** Checks received fields against the store's rules. */
  admit: (changed: StoreFields, all: StoreFields) => Admitted
  /**
   * Writes admitted fields into the store, in one `$patch`.
   *
   * @param prev the store as it was last filled; without it every field is compared
   */
  fill: (admitted: Admitted, prev: StoreFields | undefined) => void
  /** Whether the latest whole state had a field that the rules refuse. Asking for it again would not help. */
  refuses: boolean
}

/** The Pinia stores that the viewer fills, by id. */
export interface FilledStores {
  /** Gives the store; `undefined` when the app has none with this id, or has disposed it. */
  get: (id: string) => FilledStore | undefined
  add: (store: Store, rules: StoreRules) => FilledStore
  release: () => void
}

interface Entry extends FilledStore {
  store: Store
  /** In development, warns when the app writes to the store. */
  guard: WatchHandle | undefined
}

export function createFilledStores(
  pinia: () => Pinia,
  warn: Warn,
  values?: RichValues,
): FilledStores {
  const entries = new Map<string, Entry>()
  let writing = false

  function guardOf(store: Store): WatchHandle | undefined {
    if (process.env.NODE_ENV === 'production') return undefined
    return watch(
      () => store.$state,
      () => {
        if (!writing) warn('VS205', `store "${store.$id}"`)
      },
      { deep: true, flush: 'sync' },
    )
  }

  return {
    get(id) {
      const entry = entries.get(id)
      // Pinia has no event for a disposed store: it is only missing from the list.
      return entry && existingStores(pinia()).get(id) === entry.store ? entry : undefined
    },
    add(store, rules) {
      const id = store.$id
      // Spread, because the raw state of a setup store holds refs.
      const own = Object.entries({ ...store.$state }).map(([key, value]) => [
        key,
        values ? values.copy(toRaw(value), (part) => clone(part as Json)) : toRaw(value),
      ])
      const initial = clone(Object.fromEntries(own) as StoreFields)
      entries.get(id)?.guard?.stop()
      const guard = guardOf(store)
      const entry: Entry = {
        store,
        guard,
        initial,
        admit: createAdmission(id, initial, rules, warn),
        refuses: false,
        fill({ fields }, prev) {
          writing = true
          guard?.pause()
          try {
            store.$patch((held: object) => {
              for (const key of safeKeys(fields))
                write(held, key, fields[key], prev?.[key], createWriting(values))
            })
          } catch (error) {
            if (process.env.NODE_ENV !== 'production')
              warn('VS207', `store "${id}" could not be filled`, error)
          } finally {
            guard?.resume()
            writing = false
          }
        },
      }
      entries.set(id, entry)
      return entry
    },
    release() {
      for (const { guard } of entries.values()) guard?.stop()
      entries.clear()
    },
  }
}
