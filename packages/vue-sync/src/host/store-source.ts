import type { Store } from 'pinia'
import { ReactiveEffect, shallowReactive, toRaw } from 'vue'
import type { Warn } from '../diagnostics.ts'
import type { SyncOptions } from '../pinia/sync-options.ts'
import { safeKeys, share, type StoreFields } from '../protocol/index.ts'
import { formatPath, JSON_FORM, NOTHING, type OnUnplain, toPlain } from './core/plain.ts'
import { createTrackedReader } from './tracked-snapshot.ts'

export interface StoreSource {
  /** Gives the store's snapshot, the same object as before if nothing changed. */
  read: () => StoreFields
  stop: () => void
}

/**
 * Watches one store. `onChange` is called for every mutation and must be cheap. Only `read` walks the
 * state, and the same walk tracks it, so a store without mutations costs nothing.
 */
export function createStoreSource(
  store: Store,
  options: SyncOptions,
  warn: Warn,
  onChange: () => void,
  form = JSON_FORM,
): StoreSource {
  const { pick, omit, serialize } = options as SyncOptions<Record<string, unknown>>
  const root = { key: store.$id }
  const onUnplain: OnUnplain = (kind, path) => {
    if (process.env.NODE_ENV !== 'production') warn('VS201', `${formatPath(path)} is a ${kind}`)
  }
  const readTracked = createTrackedReader(onUnplain, form)
  let snapshot: StoreFields = {}
  let ran = false

  function readFields(): StoreFields {
    // Read `$state` anew each time, because HMR and a write to `pinia.state.value` replace it.
    const state = shallowReactive(toRaw(store.$state)) as Record<string, unknown>
    const keys = pick ?? safeKeys(state)
    const fields: StoreFields = {}
    for (const key of keys) {
      if (omit?.includes(key)) continue
      const value = readTracked(state[key], { up: root, key })
      if (value !== NOTHING) fields[form.text(key)] = value
    }
    const names = Object.keys(fields)
    const same = names.length === Object.keys(snapshot).length
    return same && names.every((name) => snapshot[name] === fields[name]) ? snapshot : fields
  }

  function readSerialized(): StoreFields {
    const state: Record<string, unknown> = {}
    for (const key of pick ?? safeKeys(store.$state)) {
      if (!omit?.includes(key)) state[key] = (store.$state as Record<string, unknown>)[key]
    }
    return toPlain(serialize!(state), root, onUnplain, form) as StoreFields
  }

  const effect = new ReactiveEffect(() => {
    try {
      snapshot = serialize ? share(snapshot, readSerialized()) : readFields()
    } catch (error) {
      if (process.env.NODE_ENV !== 'production')
        warn('VS207', `store "${store.$id}" could not be read`, error)
    }
  })
  effect.scheduler = onChange

  // Shallow, because a deep watch would walk the whole store on every tick with a mutation.
  const unsubscribe = store.$subscribe(onChange, { detached: true, deep: 1, flush: 'sync' })

  if (process.env.NODE_ENV !== 'production') {
    for (const key of [...(pick ?? []), ...(omit ?? [])]) {
      if (!(key in store.$state)) warn('VS206', `store "${store.$id}" has no field "${key}"`)
    }
  }

  return {
    read: () => {
      if (!ran || effect.dirty) effect.run()
      ran = true
      return snapshot
    },
    stop: () => {
      effect.stop()
      unsubscribe()
    },
  }
}
