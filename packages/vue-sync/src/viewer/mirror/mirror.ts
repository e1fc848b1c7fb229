import type { Pinia, Store } from 'pinia'
import { customRef, type ShallowRef, shallowReactive } from 'vue'
import { createStateCopy, type StateCopy, type StateCopyOptions } from '../../client/index.ts'
import { createProblems } from '../../problems.ts'
import type { ConfigUpdate, StoreFields } from '../../protocol/index.ts'
import { createFilledStores } from './filled-stores.ts'
import type { StoreRules } from './store-rules.ts'

/** The host's state as received, and the refs and Pinia stores that show it. */
export interface Mirror extends StateCopy {
  /** Ids of the synced stores, in the host's order. */
  readonly ids: string[]
  /** One store as it is shown, immutable: unchanged parts keep their identity. */
  view: (id: string) => ShallowRef<StoreFields | undefined>
  /** Fills a Pinia store from now on. */
  adopt: (store: Store, rules: StoreRules) => void
  release: () => void
}

export interface MirrorOptions extends StateCopyOptions {
  pinia: () => Pinia
}

export function createMirror(options: MirrorOptions): Mirror {
  const { pinia, warn, values } = options
  const ids = shallowReactive<string[]>([])
  const views = new Map<string, ShallowRef<StoreFields | undefined>>()
  const problems = createProblems(shallowReactive([]))
  const stores = createFilledStores(pinia, warn, problems, values)
  const copy = createStateCopy(
    options,
    (next, prev, message) => {
      const shows: (() => void)[] = []
      const isWhole = message?.type === 'session_update'
      for (const [id, fields] of Object.entries(next)) {
        const held = Object.hasOwn(prev, id) ? prev[id] : undefined
        const store = isWhole || fields !== held ? stores.get(id) : undefined
        if (!store) continue
        if (store.hasHooks) copy.handOut()
        const admitted = store.admit(fields, held, isWhole)
        const isRefused = admitted.refused.length > 0
        if ((message as ConfigUpdate).patch && isRefused && !store.refuses) return undefined
        shows.push(() => {
          store.refuses = isRefused || (!isWhole && store.refuses)
          store.fill(admitted, isWhole ? undefined : held)
        })
      }
      return () => {
        const newIds = Object.keys(next)
        for (const id of ids)
          if (!Object.hasOwn(next, id)) {
            view(id).value = undefined
            stores.get(id)?.reset()
          }
        for (const id of newIds) view(id).value = next[id]
        if (newIds.length !== ids.length || newIds.some((id, index) => id !== ids[index]))
          ids.splice(0, ids.length, ...newIds)
        for (const show of shows) show()
      }
    },
    problems,
  )

  function view(id: string): ShallowRef<StoreFields | undefined> {
    let found = views.get(id)
    if (!found) {
      found = customRef((track, trigger) => {
        const { shown } = copy
        let value = Object.hasOwn(shown, id) ? shown[id] : undefined
        return {
          get() {
            track()
            copy.handOut()
            return value
          },
          set(next) {
            if (next === value) return
            value = next
            trigger()
          },
        }
      })
      views.set(id, found)
    }
    return found
  }

  return Object.assign(copy, {
    ids,
    view,
    adopt(store: Store, rules: StoreRules) {
      const added = stores.add(store, rules)
      const received = view(store.$id).value
      if (received) added.fill(added.admit(received, undefined, true), undefined)
    },
    release: stores.release,
  })
}
