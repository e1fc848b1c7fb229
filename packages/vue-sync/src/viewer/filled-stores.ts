import type { Pinia, Store } from 'pinia'
import { toRaw } from 'vue'
import type { Warn } from '../diagnostics.ts'
import { existingStores } from '../pinia/existing-stores.ts'
import { clone, safeKeys, type StoreFields } from '../protocol/index.ts'
import { write } from './reconcile.ts'
import { type Admitted, createAdmission, type StoreRules } from './store-rules.ts'
import { createWriteGuard, type WriteGuard } from './write-guard.ts'

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
  guard: WriteGuard | undefined
}

export function createFilledStores(pinia: () => Pinia, warn: Warn): FilledStores {
  const entries = new Map<string, Entry>()
  let writing = false

  return {
    get(id) {
      const entry = entries.get(id)
      // Pinia has no event for a disposed store: it is only missing from the list.
      return entry && existingStores(pinia()).get(id) === entry.store ? entry : undefined
    },
    add(store, rules) {
      const id = store.$id
      // Spread, because the raw state of a setup store holds refs.
      const own = Object.entries({ ...store.$state }).map(([key, value]) => [key, toRaw(value)])
      const initial = clone(Object.fromEntries(own) as StoreFields)
      entries.get(id)?.guard?.stop()
      const guard = createWriteGuard(store, () => writing, warn)
      const entry: Entry = {
        store,
        guard,
        initial,
        admit: createAdmission(id, initial, rules, warn),
        refuses: false,
        fill({ fields }, prev) {
          writing = true
          try {
            store.$patch((held: object) => {
              for (const key of safeKeys(fields)) write(held, key, fields[key], prev?.[key])
            })
          } catch (error) {
            if (process.env.NODE_ENV !== 'production')
              warn('VS207', `store "${id}" could not be filled`, error)
          } finally {
            writing = false
            guard?.resume()
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
