import type { Store } from 'pinia'
import { ReactiveEffect, shallowReactive, toRaw } from 'vue'
import type { Warn } from '../diagnostics.ts'
import type { SyncOptions } from '../pinia/sync-options.ts'
import { safeKeys, share, type StoreFields } from '../protocol/index.ts'
import { NOTHING, type OnUnplain, tellPath, toPlain } from './core/plain.ts'
import { createTrackedReader } from './tracked-snapshot.ts'

export interface StoreSource {
  /** The store's snapshot; the same object as before when nothing changed. */
  read: () => StoreFields
  stop: () => void
}

/**
 * Watches one store. `onChange` is called on every mutation and must be cheap; nothing is walked until
 * `read`. The walk is also what tracks, so a store that nobody mutates costs nothing.
 */
export function createStoreSource(
  store: Store,
  options: SyncOptions,
  warn: Warn,
  onChange: () => void,
): StoreSource {
  const { pick, omit, serialize } = options as SyncOptions<Record<string, unknown>>
  const root = { key: store.$id }
  const onUnplain: OnUnplain = (kind, path) => {
    if (process.env.NODE_ENV !== 'production') warn('VS201', `${tellPath(path)} is a ${kind}`)
  }
  const readTracked = createTrackedReader(onUnplain)
  let snapshot: StoreFields = {}
  let ran = false

  function readFields(): StoreFields {
    // `$state` is read each time: `pinia.state.value` and HMR replace it.
    const state = shallowReactive(toRaw(store.$state)) as Record<string, unknown>
    const keys = pick ?? safeKeys(state)
    const fields: StoreFields = {}
    for (const key of keys) {
      if (omit?.includes(key)) continue
      const value = readTracked(state[key], { up: root, key })
      if (value !== NOTHING) fields[key] = value
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
    return toPlain(serialize!(state), root, onUnplain) as StoreFields
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

  // Shallow, because a deep watch walks the whole store on every tick that mutates anything.
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
