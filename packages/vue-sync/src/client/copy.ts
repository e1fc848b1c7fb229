import type { Warn } from '../diagnostics.ts'
import { describeProblem, type Problems } from '../problems.ts'
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
  share,
  sizeOf,
  type StateMessage,
} from '../protocol/index.ts'

/** The host's state as received. */
export interface StateCopy {
  /** Everything as received, immutable: with `form`, values that JSON does not have are encoded. */
  readonly state: Payload
  /** The form of the values in `state`. */
  readonly form: string | undefined
  /** Everything as it is shown, immutable: unchanged parts keep their identity. */
  readonly shown: Payload
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
  /** Must be called when parts of the state may be held elsewhere. No patch writes into them then. */
  handOut: () => void
  /** Drops what was received before the state of another session comes. */
  clear: () => void
}

/**
 * Checks a state before it is shown, and returns the function that shows it. `undefined`, or an error, refuses it.
 *
 * @param message what leads from `prev` to `next`; missing when the state is dropped
 */
export type Present = (
  next: Payload,
  prev: Payload,
  message?: StateMessage,
) => (() => void) | undefined

export interface StateCopyOptions {
  warn: Warn
  /** Bytes of the longest message that the relay accepts from a host. @default 16 MiB */
  longest?: (() => number) | undefined
  /** Reads values that JSON does not have. @default none */
  values?: RichValues | undefined
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

export function createStateCopy(
  { warn, longest = () => MOST_BYTES, values }: StateCopyOptions,
  present: Present,
  problems: Problems,
): StateCopy {
  const reuse: Reuse = { lists: new WeakMap(), hashes: new WeakMap() }
  let state: Payload = {}
  /** `state` as it is shown: with the values that JSON does not have. */
  let shown = state
  let form: string | undefined
  /** By how much `state` may have grown since it was last measured. */
  let grown = 0
  let differs = false

  function handOut(): void {
    reuse.lists = new WeakMap()
  }

  /** @throws if the message does not fit */
  function receive(message: StateMessage): Payload {
    if (message.type === 'session_update') {
      handOut()
      return share(state, message.payload)
    }
    if (message.values !== form) throw new Error('a misfit')
    grown += sizeOf(message.payload)
    // The decoded values of a form are kept for each array.
    const next = merge(state, message, (units) => (grown += units), form ? undefined : reuse)
    // Messages that each cost little must not make a state that no relay would accept as a whole.
    if (grown > longest()) {
      if (sizeOf(next) > 2 * longest()) throw new Error('a misfit')
      grown = 0
    }
    return next
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
    get state() {
      handOut()
      return state
    },
    get form() {
      return form
    },
    get shown() {
      handOut()
      return shown
    },
    apply(message) {
      const as = message.values
      if (as !== undefined && !values) return false
      let encoded: Payload
      let next: Payload
      let show: ReturnType<Present>
      try {
        encoded = receive(message)
        if (Object.keys(encoded).length > MOST_STORES) return false
        next = as === undefined ? encoded : values!.decode(encoded)
        show = present(next, shown, message)
      } catch {
        return false
      }
      if (!show) return false
      state = encoded
      shown = next
      form = as
      if (message.type === 'session_update') grown = 0
      show()
      reportDifferences(message)
      return true
    },
    hash: () => (differs ? undefined : hashOf(state, reuse.hashes)),
    problems,
    handOut,
    clear() {
      const show = present({}, shown)
      state = shown = {}
      form = undefined
      show?.()
      reportDifferences({ type: 'session_update' })
    },
  }
}
