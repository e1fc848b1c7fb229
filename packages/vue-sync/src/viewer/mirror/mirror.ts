import type { Pinia, Store } from 'pinia'
import { customRef, type ShallowRef, shallowReactive } from 'vue'
import type { Warn } from '../../diagnostics.ts'
import { createProblems, describeProblem, type Problems } from '../../problems.ts'
import {
  applyPatch,
  type ConfigUpdate,
  DIFFERENCES,
  hashOf,
  isRecord,
  MOST_BYTES,
  type Payload,
  put,
  type Reuse,
  type RichValues,
  type SessionUpdate,
  share,
  sizeOf,
  type StateMessage,
  type StoreFields,
} from '../../protocol/index.ts'
import { createFilledStores, type FilledStore } from './filled-stores.ts'
import type { Admitted, StoreRules } from './store-rules.ts'

/** The host's state as received, and the Pinia stores that show it. */
export interface Mirror {
  /** Ids of the synced stores, in the host's order. */
  readonly ids: string[]
  /** Everything as received, immutable: with `form`, values that JSON does not have are encoded. */
  readonly state: Payload
  /** The form of the values in `state`. */
  readonly form: string | undefined
  /** One store as it is shown, immutable: unchanged parts keep their identity. */
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
  /** Drops what was received, and empties the stores that showed it, before the state of another session comes. */
  clear: () => void
  /** Fills a Pinia store from now on. */
  adopt: (store: Store, rules: StoreRules) => void
  release: () => void
}

/** An app shows each store, also those that it does not define. */
const MOST_STORES = 1000

/** @throws if the patch does not fit or costs too much, or if the result is no state */
export function merge(
  state: Payload,
  { payload, patch }: ConfigUpdate,
  onCost: (units: number) => void,
  reuse?: Reuse,
): Payload {
  const next = { ...state }
  for (const id of Object.keys(payload)) {
    const held = Object.hasOwn(state, id) ? state[id] : undefined
    put(next, id, share(held, { ...held, ...payload[id] }))
  }
  if (!patch) return next
  const patched = applyPatch(next, patch, onCost, reuse)
  if (!Object.values(patched).every(isRecord)) throw new Error('a store must be an object')
  return patched
}

export interface MirrorOptions {
  pinia: () => Pinia
  warn: Warn
  /** Bytes of the longest message that the relay accepts from a host. @default 16 MiB */
  longest?: () => number
  /** Reads values that JSON does not have. @default none */
  values?: RichValues | undefined
}

export function createMirror(options: MirrorOptions): Mirror {
  const { pinia, warn, longest = () => MOST_BYTES, values } = options
  const ids = shallowReactive<string[]>([])
  const views = new Map<string, ShallowRef<StoreFields | undefined>>()
  const problems = createProblems()
  const stores = createFilledStores(pinia, warn, problems, values)
  const reuse: Reuse = { lists: new WeakMap(), hashes: new WeakMap() }
  let state: Payload = {}
  /** `state` as it is shown: with the values that JSON does not have. */
  let shown = state
  /** The form of the values in `state`. */
  let form: string | undefined
  /** By how much `state` may have grown since it was last measured. */
  let grown = 0
  let differs = false

  /** Must be called when parts of the state may be held elsewhere. No patch writes into them then. */
  function handOut(): void {
    reuse.lists = new WeakMap()
  }

  function view(id: string): ShallowRef<StoreFields | undefined> {
    let found = views.get(id)
    if (!found) {
      found = customRef((track, trigger) => {
        let value = heldOf(id)
        return {
          get() {
            track()
            handOut()
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

  const heldOf = (id: string) => (Object.hasOwn(shown, id) ? shown[id] : undefined)

  /** Gives what is shown for a state. @throws Error for a malformed form */
  const decode = (encoded: Payload, as: string | undefined): Payload =>
    as === undefined ? encoded : values!.decode(encoded)

  /** Shows `next`, which is `encoded` as it is shown, in the views. */
  function replaceState(encoded: Payload, next: Payload, as?: string): void {
    const newIds = Object.keys(next)
    state = encoded
    shown = next
    form = as
    for (const id of ids) {
      if (Object.hasOwn(next, id)) continue
      view(id).value = undefined
      stores.get(id)?.reset()
    }
    for (const id of newIds) view(id).value = next[id]
    if (newIds.length !== ids.length || newIds.some((id, index) => id !== ids[index]))
      ids.splice(0, ids.length, ...newIds)
  }

  function replaceAll({ payload: received, values: as }: SessionUpdate): boolean {
    const fills: [FilledStore, Admitted][] = []
    let encoded: Payload
    let next: Payload
    handOut()
    try {
      if (Object.keys(received).length > MOST_STORES) return false
      encoded = share(state, received)
      next = decode(encoded, as)
      for (const [id, fields] of Object.entries(next)) {
        const store = stores.get(id)
        if (store) fills.push([store, store.admit(fields, heldOf(id), true)])
      }
    } catch {
      return false
    }
    replaceState(encoded, next, as)
    grown = 0
    for (const [store, admitted] of fills) {
      store.refuses = admitted.refused.length > 0
      store.fill(admitted, undefined)
    }
    return true
  }

  function update(message: ConfigUpdate): boolean {
    const fills: [FilledStore, Admitted, StoreFields | undefined][] = []
    let encoded: Payload
    let next: Payload
    if (message.values !== form) return false
    try {
      grown += sizeOf(message.payload)
      // The decoded values of a form are kept for each array.
      encoded = merge(state, message, (units) => (grown += units), form ? undefined : reuse)
      if (Object.keys(encoded).length > MOST_STORES) return false
      // Messages that each cost little must not make a state that no relay would accept as a whole.
      if (grown > longest()) {
        if (sizeOf(encoded) > 2 * longest()) return false
        grown = 0
      }
      next = decode(encoded, form)
      for (const [id, fields] of Object.entries(next)) {
        const held = heldOf(id)
        const store = fields === held ? undefined : stores.get(id)
        if (!store) continue
        if (store.hasHooks) handOut()
        const admitted = store.admit(fields, held, false)
        if (message.patch && admitted.refused.length > 0 && !store.refuses) return false
        fills.push([store, admitted, held])
      }
    } catch {
      return false
    }
    replaceState(encoded, next, form)
    for (const [store, admitted, held] of fills) {
      store.refuses ||= admitted.refused.length > 0
      store.fill(admitted, held)
    }
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
      handOut()
      return state
    },
    get form() {
      return form
    },
    view,
    apply(message) {
      if (message.values !== undefined && !values) return false
      const fits = message.type === 'config_update' ? update(message) : replaceAll(message)
      if (fits) reportDifferences(message)
      return fits
    },
    hash: () => (differs ? undefined : hashOf(state, reuse.hashes)),
    problems,
    clear() {
      replaceState({}, {})
      reportDifferences({ type: 'session_update' })
    },
    adopt(store, rules) {
      const added = stores.add(store, rules)
      const received = view(store.$id).value
      if (received) added.fill(added.admit(received, undefined, true), undefined)
    },
    release: stores.release,
  }
}
