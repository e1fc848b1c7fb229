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
export { isCount } from './count.ts'
export { RICH } from './values.ts'
export type { ReadPart, RichValues, WritePart } from './values.ts'
export { decodeFrame, encodeFrame, MissingCodec, readHeader } from './frames/codec.ts'
export type { Codec, CodecContext, DecodeOptions, FrameOptions, LazyCodec } from './frames/codec.ts'
export {
  addPart,
  formatPart,
  joinParts,
  PART_BYTES,
  readPart,
  readReceipt,
} from './frames/parts.ts'
export type { Assembly, PartHeader, PartMessage, Receipt } from './frames/parts.ts'
export {
  applyReceipt,
  nextHeader,
  nextSlice,
  sliceSent,
  startTransfer,
} from './frames/part-sender.ts'
export type { Transfer } from './frames/part-sender.ts'
export { fromBase64Url, toBase64Url } from './base64url.ts'
export { concat, formatHeader } from './bytes.ts'
export { isRecord } from './record.ts'
export { isTooDeep, MOST_BYTES, MOST_DEPTH, parseJson, sizeOf } from './state/bounds.ts'
export { MEDIA_TYPE } from './frames/media-type.ts'
export { readMessageHead } from './frames/head.ts'
export type { MessageHead } from './frames/head.ts'
export { isPosition, parseMessage, parseStatus } from './frames/parse.ts'
export type { BadPart, OnDropped } from './frames/parse.ts'
export { fold } from './state/fold.ts'
export { hashOf } from './state/hash.ts'
export type { HashCache } from './state/hash.ts'
export { applyPatch, escapeKey, type Reuse } from './state/patch.ts'
export { clone, equal, isContainer, put, safeKeys, share } from './state/share.ts'
export { judge, samePosition } from './state/sequence.ts'
export type { Verdict } from './state/sequence.ts'
export { BACKOFF_DEFAULTS, backoffDelay } from './backoff.ts'
export { LONGEST_WAIT } from './longest-wait.ts'
export type { BackoffOptions } from './backoff.ts'
export { formatPairCode, randomPairCode, readPairCode } from './address/pair-code.ts'
export { readName } from './address/session-name.ts'
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
  placeOf,
  randomId,
  randomSecret,
  readOffer,
  readPosition,
  sessionPath,
  SUBPROTOCOL,
  TOKEN_PREFIX,
} from './address/address.ts'
export type { Offer, Role, SyncAddress } from './address/address.ts'
export { isBase, readPath, readSession } from './address/base-path.ts'
