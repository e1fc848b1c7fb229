export {
  formatPairCode,
  HOST_DEFAULTS,
  syncPlugin,
  useSyncHost,
  useSyncSource,
} from './host/index.ts'
export type {
  SourceFields,
  SyncHostOptions,
  SyncSourceOptions,
  UseSyncHostReturn,
  ViewerUrl,
} from './host/index.ts'
export {
  syncViewer,
  useSyncedState,
  useSyncViewer,
  VIEWER_DEFAULTS,
  VIEWER_STORE_ID,
} from './viewer/index.ts'
export type {
  FieldKind,
  FieldRule,
  StoreRules,
  SyncViewerOptions,
  UseSyncViewerReturn,
  ViewerCache,
} from './viewer/index.ts'
export { SyncError } from './diagnostics.ts'
export type { ErrorCode } from './diagnostics.ts'
export type { LinkStatus } from './link/index.ts'
export type { SyncOptions } from './pinia/sync-options.ts'
export type { SyncProblem } from './problems.ts'
export type { Codec, Json, LazyCodec, StoreFields } from './protocol/index.ts'
