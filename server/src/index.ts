export type { Authorize, AuthorizeRequest } from './core/access/authorize.ts'
export { createSyncServer } from './server.ts'
export type { SyncServer, SyncServerStatus } from './server.ts'
export { createSyncMiddleware, MIDDLEWARE_DEFAULTS } from './middleware.ts'
export type { SyncMiddleware, SyncMiddlewareOptions } from './middleware.ts'
export { hostOf, isWithinMachine } from './guard/clients.ts'
export { isLoopbackName } from './guard/hosts-and-origins.ts'
export { openStoredKeys } from './cli/keys/stored-keys.ts'
export type { KeysAdvice, StoredKeys, StoredKeysOptions } from './cli/keys/stored-keys.ts'
export { certificateOf } from './tls/certificate-files.ts'
export { fingerprintLines } from './tls/fingerprint-lines.ts'
export { openLocalCertificate } from './tls/open-server-certificate.ts'
export type { LocalCertificateRequest } from './tls/open-server-certificate.ts'
export type { ServerCertificate } from './tls/server-certificate.ts'
export type { Audit, AuditEvent, AuditKind } from './core/audit.ts'
export type { Totals } from './core/totals.ts'
export { UsageError } from './core/usage-error.ts'
export { SERVER_DEFAULTS } from './server-options.ts'
export type { SyncServerOptions } from './server-options.ts'
export { createRelay } from './core/relay.ts'
export type { Relay } from './core/relay.ts'
export { RELAY_DEFAULTS } from './core/relay-options.ts'
export type { RelayOptions } from './core/relay-options.ts'
export type {
  AppendOptions,
  Backplane,
  BackplaneMessage,
  ClaimOptions,
  ListedViewer,
  Log as BackplaneLog,
  Mark as BackplaneMark,
  Notice as BackplaneNotice,
  Outcome as BackplaneOutcome,
  ReplaceOptions,
} from './core/shared/backplane.ts'
export { createRedisBackplane } from './nodes/redis/redis-backplane.ts'
export { REDIS_DEFAULTS } from './nodes/redis/redis-options.ts'
export type { RedisBackplaneOptions } from './nodes/redis/redis-options.ts'
export type { Upstream, UpstreamEvents, UpstreamLink } from './core/shared/upstream.ts'
export type { UpstreamOptions } from './nodes/upstream/upstream-options.ts'
export { createHub } from './nodes/hub.ts'
export type { Hub, HubOptions } from './nodes/hub.ts'
export { createHubBackplane } from './nodes/hub-backplane.ts'
export type { HubBackplaneOptions } from './nodes/hub-backplane.ts'
export type { Entry } from './core/session/retained.ts'
export type { SessionInfo, StoredSession } from './core/session/stored-session.ts'
export { LIMIT_DEFAULTS } from './core/limits.ts'
export type { Limits } from './core/limits.ts'
export { formatBanner } from './cli/screen/banner.ts'
export type { BannerOptions } from './cli/screen/banner.ts'
export { acceptPlainHttp } from './http/plain-http.ts'
export { includedViewer } from './http/included-viewer.ts'
export { viewerHeaders } from './http/security-headers.ts'
export { hasViewer } from './http/viewer-files.ts'
