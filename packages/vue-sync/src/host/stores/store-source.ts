import { ReactiveEffect, shallowReactive, toRaw } from 'vue'
import type { Warn } from '../../diagnostics.ts'
import type { SyncOptions } from '../../pinia/sync-options.ts'
import { createProblems, type Problems, type SyncProblem } from '../../problems.ts'
import { share, type StoreFields } from '../../protocol/index.ts'
import { describeFinding, type Finding } from '../core/findings.ts'
import {
  formatPath,
  NOTHING,
  type OnUnplain,
  readKey,
  sentKeys,
  toPlain,
  valueForm,
} from '../core/plain.ts'
import { isDeep, type SyncedState } from './synced-state.ts'
import { createTrackedReader } from './tracked-snapshot.ts'

export interface StoreSource {
  /** Gives the store's snapshot, the same object as before if nothing changed. */
  read: () => StoreFields
  /** Whether the last `read` failed, so that it gave the snapshot before. */
  readonly isUnreadable: boolean
  /** Makes the next `read` read everything again, also what Vue does not track. */
  reread: () => void
  stop: () => void
}

/**
 * Watches one store. `onChange` is called for every mutation and must be cheap. Only `read` walks the
 * state, and the same walk tracks it, so a store without mutations costs nothing.
 *
 * @param problems lists what cannot be sent, for as long as that is so
 */
export function createStoreSource(
  store: SyncedState,
  options: SyncOptions,
  warn: Warn,
  onChange: () => void,
  problems: Pick<Problems, 'remove' | 'replaceOf'> = createProblems(),
  form = valueForm(),
): StoreSource {
  const { pick, omit, serialize } = options as SyncOptions<Record<string, unknown>>
  const id = store.$id
  const root = { key: id }
  let found: Finding[] = []
  const onUnplain: OnUnplain = (...finding) => void found.push(finding)
  let age = 0
  const readTracked = createTrackedReader(onUnplain, form, () => age)
  let snapshot: StoreFields = {}
  let failure: { error: unknown } | undefined
  let ran = false

  const pickedKeys = (state: object): string[] =>
    sentKeys(state, root, onUnplain).filter(
      (key) => (!pick || pick.includes(key)) && !omit?.includes(key),
    )

  function readFields($state: object): StoreFields {
    const state = shallowReactive(toRaw($state))
    const fields: StoreFields = {}
    for (const key of pickedKeys(state)) {
      const path = { up: root, key }
      const value = readTracked(readKey(state, path, onUnplain), path)
      if (value !== NOTHING) fields[form.text(key)] = value
    }
    const names = Object.keys(fields)
    const same = names.length === Object.keys(snapshot).length
    return same && names.every((name) => snapshot[name] === fields[name]) ? snapshot : fields
  }

  /** Reads all of the state, because there may be parts whose changes Vue does not track. */
  function readWhole($state: object): StoreFields {
    const state: Record<string, unknown> = {}
    for (const key of pickedKeys($state)) {
      const value = readKey($state, { up: root, key }, onUnplain)
      if (value !== NOTHING) state[key] = value
    }
    const fields = toPlain(serialize ? serialize(state) : state, root, onUnplain, { form })
    return fields === NOTHING ? {} : (fields as StoreFields)
  }

  const effect = new ReactiveEffect(() => {
    found = []
    failure = undefined
    try {
      // Read anew each time, because HMR and a write to `pinia.state.value` replace it.
      const { $state } = store
      snapshot =
        serialize || !isDeep($state) ? share(snapshot, readWhole($state)) : readFields($state)
    } catch (error) {
      failure = { error }
    }
  })
  effect.scheduler = onChange

  /** Not in the effect, which would then follow the list of problems. */
  function report(): void {
    const present = found.flatMap((finding): SyncProblem[] => {
      const [, at, isLost, error] = finding
      const { code, path, reason } = describeFinding(finding)
      if (process.env.NODE_ENV !== 'production') warn(code, `${formatPath(at)} ${reason}`, error)
      return isLost ? [{ code, store: id, ...(path && { path }), reason }] : []
    })
    if (failure) {
      if (process.env.NODE_ENV !== 'production')
        warn('VS207', `store "${id}" could not be read`, failure.error)
      present.push({ code: 'VS207', store: id, reason: String(failure.error) })
    }
    problems.replaceOf(id, present)
  }

  // Shallow, because a deep watch would walk the whole store on every tick with a mutation.
  const unsubscribe = store.$subscribe?.(onChange, { detached: true, deep: 1, flush: 'sync' })

  if (process.env.NODE_ENV !== 'production') {
    try {
      const { $state } = store
      for (const key of [...(pick ?? []), ...(omit ?? [])])
        if (!(key in $state)) warn('VS206', `store "${id}" has no field "${key}"`)
    } catch {
      // A getter of the app throws, which `read` reports.
    }
  }

  return {
    read: () => {
      if (!ran || effect.dirty) {
        effect.run()
        report()
      }
      ran = true
      return snapshot
    },
    get isUnreadable() {
      return failure !== undefined
    },
    reread: () => {
      age++
      ran = false
    },
    stop: () => {
      effect.stop()
      unsubscribe?.()
      problems.remove((problem) => problem.store === id)
    },
  }
}
