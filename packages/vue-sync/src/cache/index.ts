export { CACHE_DEFAULTS, sessionCache } from './session-cache.ts'
export type { SessionCache, SessionCacheOptions } from './session-cache.ts'
export type { KnownSession } from './records.ts'
export type { KeptState } from '../protocol/index.ts'
