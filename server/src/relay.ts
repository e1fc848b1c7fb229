export type { Authorize, AuthorizeRequest } from './core/access/authorize.ts'
export type { Audit, AuditEvent, AuditKind } from './core/audit.ts'
export { LIMIT_DEFAULTS } from './core/limits.ts'
export type { Limits } from './core/limits.ts'
export { createRelay } from './core/relay.ts'
export type { Relay } from './core/relay.ts'
export { RELAY_DEFAULTS } from './core/relay-options.ts'
export type { RelayOptions } from './core/relay-options.ts'
export type { RelayPeer } from './core/session/relay-peer.ts'
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
export type { Upstream, UpstreamEvents, UpstreamLink } from './core/shared/upstream.ts'
export { createHub } from './nodes/hub.ts'
export type { Hub, HubOptions } from './nodes/hub.ts'
export { createHubBackplane } from './nodes/hub-backplane.ts'
export type { HubBackplaneOptions } from './nodes/hub-backplane.ts'
export type { Entry } from './core/session/retained.ts'
export type { SessionInfo, StoredSession } from './core/session/stored-session.ts'
