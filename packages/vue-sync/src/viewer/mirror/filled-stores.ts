import type { Pinia, Store } from 'pinia'
import { isReactive, isReadonly, isRef, toRaw } from 'vue'
import type { Warn } from '../../diagnostics.ts'
import { existingStores } from '../../pinia/existing-stores.ts'
import type { Problems, SyncProblem } from '../../problems.ts'
import {
  equal,
  isContainer,
  type Json,
  put,
  type RichValues,
  safeKeys,
  type StoreFields,
} from '../../protocol/index.ts'
import {
  copy,
  createWriting,
  mergeCollection,
  reconcile,
  write,
  type Writing,
} from './reconcile.ts'
import { type Admitted, createAdmission, type StoreRules } from './store-rules.ts'
import { createWriteGuard, type WriteGuard } from './write-guard.ts'

/** A Pinia store that shows one of the host's stores. */
export interface FilledStore {
  /**
   * Checks received fields against the store's rules. With `prev` only the fields that differ are checked, or
   * all of them if that is needed.
   */
  admit: (next: StoreFields, prev: StoreFields | undefined, isWhole: boolean) => Admitted
  /**
   * Writes admitted fields into the store, in one `$patch`. A field that cannot be written does not affect the
   * others: it becomes a problem.
   *
   * @param prev the store as it was last filled; without it every field is compared
   */
  fill: (admitted: Admitted, prev: StoreFields | undefined) => void
  /** Gives the filled fields their initial values again, because the host no longer shares the store. */
  reset: () => void
  /** Whether the rules have refused a field since the latest whole state, or in it. Asking again would not help. */
  refuses: boolean
  /** Whether functions of the app get received values, which they may keep. */
  readonly hasHooks: boolean
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
  guard: WriteGuard | undefined
}

/** The fields of `next` that differ from those of `prev`, by identity. */
function changesOf(prev: StoreFields | undefined, next: StoreFields): StoreFields {
  if (!prev) return next
  const changes: StoreFields = {}
  for (const key of Object.keys(next))
    if (!Object.hasOwn(prev, key) || !Object.is(prev[key], next[key])) put(changes, key, next[key]!)
  return changes
}

/** A value that the app made can have a cycle, or too many levels. */
function copyInitial(value: unknown, values: RichValues | undefined): unknown {
  try {
    return copy(toRaw(value), createWriting(values))
  } catch {
    return value
  }
}

/**
 * Shows one value in a field of a store.
 *
 * @param state the store's reactive state
 * @param own what the store itself has as the field: a ref, or in a setup store perhaps a reactive object
 * @throws Error if the field cannot show the value
 */
function show(
  state: object,
  own: unknown,
  key: string,
  next: unknown,
  prev: unknown,
  writing: Writing,
): void {
  if (isRef(own) && !(key in state)) {
    if (next === undefined) return
    throw new Error('it is a getter of the app’s store')
  }
  if (isReadonly(own)) {
    if (equal(toRaw((state as StoreFields)[key]), next as Json)) return
    throw new Error('it is readonly')
  }
  // The setup function may hold the object itself, so only its content can change.
  if (!isReactive(own)) return write(state, key, next, prev, writing)
  if (mergeCollection(own, next, writing)) return
  const raw = toRaw(own)
  const isAlike =
    isContainer(raw) && isContainer(next) && Array.isArray(raw) === Array.isArray(next)
  if (isAlike) return reconcile(own as object, next, prev as object | undefined, writing)
  if (isContainer(raw)) reconcile(own as object, Array.isArray(raw) ? [] : {}, undefined, writing)
  throw new Error('it is `reactive`, so it keeps its kind; a `ref` can show every value')
}

export function createFilledStores(
  pinia: () => Pinia,
  warn: Warn,
  problems: Problems,
  values?: RichValues,
): FilledStores {
  const entries = new Map<string, Entry>()
  let writing = false

  function forget(id: string): void {
    entries.get(id)?.guard?.stop()
    if (entries.delete(id)) problems.replaceOf(id, [])
  }

  return {
    get(id) {
      const entry = entries.get(id)
      // Pinia has no event for a disposed store: it is only missing from the list.
      if (!entry || existingStores(pinia()).get(id) === entry.store) return entry
      forget(id)
      return undefined
    },
    add(store, rules) {
      const id = store.$id
      const own = toRaw(store) as unknown as Record<string, unknown>
      // Spread, because the raw state of a setup store holds refs.
      const initial: Record<string, unknown> = { ...store.$state }
      for (const key of Object.keys(initial)) initial[key] = copyInitial(initial[key], values)
      // A getter cannot be filled, but a field of its name must not be ignored as unknown.
      const getters = Object.keys(own).filter((key) => isRef(own[key]) && !(key in initial))
      const shape = { ...initial, ...Object.fromEntries(getters.map((key) => [key, null])) }
      const { schema, deserialize, fields: ruled = {} } = rules
      const hasHooks = Boolean(
        schema || deserialize || Object.values(ruled).some((rule) => typeof rule === 'function'),
      )
      const check = createAdmission(id, shape, rules, warn)
      /** The fields that show something of the host. */
      const filled = new Set<string>()
      /** The fields that do not show what the host has, so `prev` is not what they show. */
      const wrong = new Set<string>()
      let hasProblems = false

      function report(found: SyncProblem[]): void {
        if (hasProblems || found.length > 0) problems.replaceOf(id, found)
        hasProblems = found.length > 0
      }

      function patch(mutate: (state: object) => void): void {
        writing = true
        try {
          store.$patch(mutate)
        } catch (error) {
          // A subscription of the app has failed.
          if (process.env.NODE_ENV !== 'production')
            warn('VS207', `store "${id}" could not be filled`, error)
        } finally {
          guard?.resume()
          writing = false
        }
      }

      function fill(admitted: Admitted, prev: StoreFields | undefined): void {
        const { fields, refused, failed } = admitted
        const found = [...refused]
        function fail(code: 'VS213' | 'VS214', path: string, reason: string): void {
          wrong.add(path)
          if (failed || refused.some((problem) => problem.path === path)) return
          if (process.env.NODE_ENV !== 'production') warn(code, `store "${id}", ${path}`, reason)
          found.push({ code, store: id, path, reason })
        }
        patch((state) => {
          for (const key of safeKeys(fields)) {
            const value = fields[key]
            const shared = createWriting(values)
            const before = wrong.delete(key) ? undefined : prev?.[key]
            if (value === undefined) wrong.add(key)
            filled.add(key)
            try {
              show(state, own[key], key, value, before, shared)
              if (shared.reserved) fail('VS214', key, `it has a key ${shared.reserved}`)
            } catch (error) {
              fail('VS213', key, error instanceof Error ? error.message : String(error))
            }
          }
        })
        report(found)
      }

      forget(id)
      const guard = createWriteGuard(store, () => writing, warn)
      const entry: Entry = {
        store,
        guard,
        refuses: false,
        hasHooks,
        admit(next, prev, isWhole) {
          const changed = changesOf(prev, next)
          const isLess = prev && Object.keys(prev).some((key) => !Object.hasOwn(next, key))
          const isAll = isWhole || isLess || hasProblems
          const admitted = check(isAll ? next : changed, next)
          const { failed, fields } = admitted
          // Without the hook it is not known which fields came from which.
          const isUnknown = failed && rules.deserialize
          const lost =
            failed && !isUnknown ? Object.keys(changed) : isAll || isUnknown ? filled : []
          for (const key of lost) {
            const isOwn = filled.has(key) || Object.hasOwn(shape, key)
            if (isOwn && !Object.hasOwn(fields, key)) fields[key] = undefined
          }
          return admitted
        },
        fill,
        reset() {
          patch((state) => {
            for (const key of filled) {
              try {
                show(
                  state,
                  own[key],
                  key,
                  copyInitial(initial[key], values),
                  undefined,
                  createWriting(values),
                )
              } catch {
                // The viewer could not write it before either.
              }
            }
          })
          report([])
          filled.clear()
          wrong.clear()
          entry.refuses = false
        },
      }
      entries.set(id, entry)
      return entry
    },
    release() {
      for (const id of entries.keys()) forget(id)
    },
  }
}
