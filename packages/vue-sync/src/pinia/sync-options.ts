import type { StateTree } from 'pinia'

/** How one store is synced. `S` is the store's state. */
export interface SyncOptions<S extends StateTree = StateTree> {
  /** Only these fields. @default every field of the state */
  pick?: (keyof S)[]
  /** All but these fields. @default none */
  omit?: (keyof S)[]
  /** Milliseconds of quiet before changes are sent. @default 250, or the plugin's */
  debounce?: number
  /** Send at least this often, in milliseconds, while changes keep coming. @default no limit */
  maxWait?: number
  /** Host: turns the picked state into plain JSON fields, for values JSON cannot carry. */
  serialize?: (state: S) => Record<string, unknown>
  /** Viewer: turns received fields (all of them, or only the changed ones) into state. */
  deserialize?: (fields: Record<string, unknown>) => Record<string, unknown>
}

declare module 'pinia' {
  // oxlint-disable-next-line no-unused-vars -- an augmentation must repeat the type parameters' names
  export interface DefineStoreOptionsBase<S extends StateTree, Store> {
    /** Opts this store in to vue-sync. `false` keeps a viewer from filling it. */
    sync?: boolean | SyncOptions<S>
  }
}
