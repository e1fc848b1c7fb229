export type { Authorize, AuthorizeRequest } from './authorize.ts'
export { createSyncServer } from './server.ts'
export type { SyncServer, SyncServerStatus } from './server.ts'
export type { Totals } from './totals.ts'
export { SERVER_DEFAULTS, UsageError } from './options.ts'
export type { SyncServerOptions } from './options.ts'
export { createRelay } from './relay.ts'
export type { Relay } from './relay.ts'
export { RELAY_DEFAULTS } from './relay-options.ts'
export type { RelayOptions } from './relay-options.ts'
export type {
  AppendOptions,
  Backplane,
  BackplaneMessage,
  ClaimOptions,
  ListedViewer,
  Log as BackplaneLog,
  Mark as BackplaneMark,
  Note as BackplaneNote,
  Outcome as BackplaneOutcome,
  ReplaceOptions,
} from './backplane.ts'
export { createRedisBackplane, REDIS_DEFAULTS } from './redis-backplane.ts'
export type { RedisBackplaneOptions } from './redis-backplane.ts'
export { Hub } from './hub.ts'
export type { HubOptions } from './hub.ts'
export { createHubBackplane } from './hub-backplane.ts'
export type { HubBackplaneOptions } from './hub-backplane.ts'
export type { Entry } from './retained.ts'
export type { SessionAbout } from './session.ts'
export type { KeptSession } from './kept-session.ts'
export { LIMIT_DEFAULTS } from './limits.ts'
export type { Limits } from './limits.ts'
export { formatBanner } from './banner.ts'
export type { BannerOptions } from './banner.ts'
export { hasViewer } from './viewer-files.ts'
