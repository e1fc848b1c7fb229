export type {
  AccessProblem,
  ConfigUpdate,
  HostPresence,
  Json,
  KeptState,
  Message,
  PatchOperation,
  Payload,
  Position,
  Reach,
  RelayStatus,
  SessionAccess,
  SessionUpdate,
  StateMessage,
  StatusMessage,
  StoreFields,
  ViewerUrl,
} from './envelope.ts'
export { decodeFrame, encodeFrame, MissingCodec, readHeader } from './codec.ts'
export type { Codec, FrameOptions } from './codec.ts'
export { fromBase64Url, toBase64Url } from './base64url.ts'
export { isRecord } from './record.ts'
export { isTooDeep, MOST_BYTES, MOST_DEPTH, sizeOf } from './bounds.ts'
export { readMessageHead } from './head.ts'
export type { MessageHead } from './head.ts'
export { isPosition, parseMessage, parseStatus } from './parse.ts'
export type { BadPart, OnDropped } from './parse.ts'
export { hashOf } from './hash.ts'
export type { HashCache } from './hash.ts'
export { applyPatch, escapeKey } from './patch.ts'
export { clone, equal, isContainer, put, safeKeys, share } from './share.ts'
export { judge, samePosition } from './sequence.ts'
export type { Verdict } from './sequence.ts'
export { BACKOFF_DEFAULTS, backoffDelay } from './backoff.ts'
export type { BackoffOptions } from './backoff.ts'
export { formatPairCode, randomPairCode, readPairCode } from './pair-code.ts'
export { readName } from './session-name.ts'
export {
  isOverfull,
  LONGEST_LABEL,
  MAIN_TOKEN,
  mergeAccess,
  MOST_TOKENS,
  NO_RULES,
  readAccess,
  readToken,
  sameAccess,
  withoutExpired,
} from './access.ts'
export type { AccessRules, SignedToken, ViewerToken } from './access.ts'
export { CLOSE, isTerminal } from './close-codes.ts'
export {
  bindingOf,
  DEFAULT_PORT,
  DEFAULT_SESSION,
  formatLink,
  formatSocketUrl,
  isSessionName,
  isTrustworthyOrigin,
  offerProtocols,
  parseLink,
  randomId,
  randomSecret,
  readOffer,
  readPosition,
  readSession,
  sessionPath,
  SUBPROTOCOL,
} from './address.ts'
export type { Offer, Role, SyncAddress } from './address.ts'
