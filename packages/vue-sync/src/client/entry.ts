export { createSyncClient } from './sync-client.ts'
export type { SyncClient, SyncClientEvents } from './sync-client.ts'
export { CLIENT_DEFAULTS } from './options.ts'
export type { SyncClientOptions, ViewerCache } from './options.ts'
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
export type { Codec, Json, KeptState, LazyCodec, StoreFields } from '../protocol/index.ts'
