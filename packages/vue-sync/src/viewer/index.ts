export { syncViewer, VIEWER_STORE_ID } from './plugin.ts'
export { useSyncedState, useSyncViewer } from './use-sync-viewer.ts'
export type { UseSyncViewerReturn } from './use-sync-viewer.ts'
export { VIEWER_DEFAULTS } from './options.ts'
export type { SyncViewerOptions } from './options.ts'
export type { ViewerCache } from '../client/index.ts'
export type { FieldKind, FieldRule, StoreRules } from './mirror/store-rules.ts'
export { SyncError } from '../diagnostics.ts'
export type { ErrorCode } from '../diagnostics.ts'
export type { SyncProblem } from '../problems.ts'
export type {
  LinkStatus,
  Progress,
  Transport,
  TransportStorage,
  ViewerConnection,
} from '../link/index.ts'
export type { SyncOptions } from '../pinia/sync-options.ts'
export type { Codec, Json, KeptState, LazyCodec, StoreFields } from '../protocol/index.ts'
