export { DIFFERENCES } from './envelope.ts'
export type {
  AccessProblem,
  CodecProblem,
  ConfigUpdate,
  HostError,
  HostErrorCode,
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
export { RICH } from './values.ts'
export type { ReadPart, RichValues, WritePart } from './values.ts'
export { decodeFrame, encodeFrame, MissingCodec, readHeader } from './codec.ts'
export type { Codec, CodecContext, DecodeOptions, FrameOptions, LazyCodec } from './codec.ts'
export {
  addPart,
  formatPart,
  isCount,
  joinParts,
  PART_BYTES,
  readPart,
  readReceipt,
} from './parts.ts'
export type { Assembly, PartHeader, PartMessage, Receipt } from './parts.ts'
export { applyReceipt, nextHeader, nextSlice, sliceSent, startTransfer } from './part-sender.ts'
export type { Transfer } from './part-sender.ts'
export { fromBase64Url, toBase64Url } from './base64url.ts'
export { concat, formatHeader } from './bytes.ts'
export { isRecord } from './record.ts'
export { isTooDeep, MOST_BYTES, MOST_DEPTH, parseJson, sizeOf } from './bounds.ts'
export { readMessageHead } from './head.ts'
export type { MessageHead } from './head.ts'
export { isPosition, parseMessage, parseStatus } from './parse.ts'
export type { BadPart, OnDropped } from './parse.ts'
export { hashOf } from './hash.ts'
export type { HashCache } from './hash.ts'
export { applyPatch, escapeKey, type Reuse } from './patch.ts'
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
