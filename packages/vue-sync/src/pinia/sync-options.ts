// @ts-ignore -- an app without Pinia does not have it
import type { StateTree } from 'pinia'

/** Any state of a store, as Pinia's `StateTree`. An app without Pinia does not have Pinia's types. */
// oxlint-disable-next-line typescript/no-explicit-any -- `serialize` of any store must fit
type AnyState = Record<PropertyKey, any>

/**
 * How one store is synced: the option `sync` of its definition, where `true` syncs the whole state. `S` is the store's
 * state.
 *
 * @example
 * ```ts
 * export const useBoard = defineStore('board', {
 *   state: () => ({ title: 'Final', score: [0, 0], draft: '' }),
 *   sync: { omit: ['draft'], debounce: 100 },
 * })
 * ```
 */
export interface SyncOptions<S extends object = AnyState> {
  /** Syncs only these fields. @default every field of the state */
  pick?: (keyof S)[]
  /** Leaves these fields out. @default none */
  omit?: (keyof S)[]
  /**
   * Milliseconds to wait after the last change before sending. `0` sends at the end of the tick.
   * @default 250, or the plugin's
   */
  debounce?: number
  /**
   * The longest wait in milliseconds while changes keep coming. `0` is no limit.
   * @default the plugin's, or `debounce` if that is longer
   */
  maxWait?: number
  /** Host: turns the picked state into plain JSON fields, for values that JSON cannot carry. @default none */
  serialize?: (state: S) => Record<string, unknown>
  /** Viewer: turns received fields (all of them, or only the changed ones) into state. @default none */
  deserialize?: (fields: Record<string, unknown>) => Record<string, unknown>
}

// @ts-ignore -- an app without Pinia has no such module
declare module 'pinia' {
  // oxlint-disable-next-line no-unused-vars -- an augmentation must repeat the type parameters' names
  export interface DefineStoreOptionsBase<S extends StateTree, Store> {
    /** Opts this store in to vue-sync. `false` keeps a viewer from filling it. */
    sync?: boolean | SyncOptions<S>
  }
}
