import type { AccessRules, SignedToken } from './access.ts'

/** A plain JSON value, which is all that messages can carry. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** The synced fields of one store. */
export type StoreFields = { [field: string]: Json }

/** The synced stores by id: `{ [storeId]: { [field]: value } }`. */
export type Payload = { [storeId: string]: StoreFields }

/** A position in the host's stream of changes. The host assigns it and the relay never changes it. */
export interface Position {
  /** Random, one per host page load. */
  epoch: string
  /** Integer ≥ 0. Each `config_update` adds 1. A `session_update` has the `seq` of the state in it. */
  seq: number
}

/** One RFC 6902 operation. Paths start at `/storeId`. */
export interface PatchOperation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  path: string
  from?: string
  value?: Json
}

/**
 * The session's name for people. The host sends it to the relay, which sends it to viewers. An encrypting host
 * puts it into its state messages instead.
 */
export interface SessionName {
  /** At most 80 characters; in a status `null` for none. */
  name?: string | null
}

/** An encrypting host puts this into each `session_update`, where the relay can neither read nor change it. */
export interface EpochStart {
  /**
   * Orders the host's epochs: when this one began, milliseconds since 1970, or more if that is not above the one
   * before. Viewers accept no state of an earlier epoch.
   */
  started?: number
}

/** A part of the state that a codec cannot carry as it is. */
export interface CodecProblem {
  code: 'VS124' | 'VS125' | 'VS217'
  /** The store's id. */
  store: string
  /** The path inside the store, such as `rows[].due`. Missing if the problem concerns the whole store. */
  path?: string
  /** For developers, in English. */
  reason: string
}

/** A symbol, so that no frame can have this member. */
export const DIFFERENCES = Symbol('differences')

/** A codec adds this to a message from a host with other schemas than the viewer's. */
export interface SchemaDifferences {
  /** What could not be read. The viewer's state differs from the host's, even if this is empty. */
  [DIFFERENCES]?: CodecProblem[]
}

/** In which form values travel that JSON does not have. In a binary frame it is part of the codec's name. */
export interface ValuesForm {
  /** `rich`, see `RichValues`. @default there are no such values */
  values?: string
}

/** All synced stores. The viewer replaces its whole state with it. */
export interface SessionUpdate
  extends Position, SessionName, EpochStart, SchemaDifferences, ValuesForm {
  type: 'session_update'
  payload: Payload
}

/** Only the changed fields, merged into each store. `patch` is applied after that. One atomic change. */
export interface ConfigUpdate extends Position, SessionName, SchemaDifferences, ValuesForm {
  type: 'config_update'
  payload: Payload
  patch?: PatchOperation[]
}

/** A viewer's saved copy of a session, shown before it is connected. */
export interface KeptState {
  message: SessionUpdate
  /** When state last arrived, milliseconds since 1970. */
  lastUpdate: number
  /** When it was last known to be the host's current state, milliseconds since 1970. */
  asOf: number
  name?: string | undefined
  /** Identifies the secret of the link that it came by, see `bindingOf`. Missing if the session is not encrypted. */
  binding?: number | undefined
}

export type StateMessage = SessionUpdate | ConfigUpdate

/**
 * Which devices can open an address.
 * - `network`: phones on the same network.
 * - `internet`: anyone.
 * - `virtual`: devices in the same VPN, container network or the like.
 * - `machine`: this computer only.
 */
export type Reach = 'network' | 'internet' | 'virtual' | 'machine'

/** An address for phones, and its network interface. */
export interface ViewerUrl {
  /** The interface's name as the relay's machine knows it, e.g. `wlan0`. */
  name: string
  /** A link for a browser, with the viewer key in its fragment. */
  url: string
  /** Missing from relays before 0.2. */
  reach?: Reach
}

/** The status that the relay sends to its host on every change. */
export interface RelayStatus {
  running: boolean
  /** The port the relay listens on. */
  port: number
  /** The first LAN address of the relay's machine, `127.0.0.1` when it has none. */
  localIp: string
  /** Viewers connected to this session now. */
  clientCount: number
  /** Caches answer some viewers, so `clientCount` is too low. Missing from relays before 0.2. */
  estimated?: true
  /** Where viewers find this session, LAN addresses first. */
  viewerUrls?: ViewerUrl[]
  /**
   * The page that explains how a device can trust the relay's own CA, on plain http and without a key. Missing from
   * relays without such a CA, and from relays before 0.2.
   */
  setUpUrl?: string
  /** A code to type into the relay's own viewer instead of scanning. It changes every few minutes. */
  pairCode?: string
  /** When the relay shows another code, milliseconds since 1970 by its clock. Missing from relays before 0.2. */
  pairCodeUntil?: number
  /** The relay's clock, milliseconds since 1970. Missing from relays before 0.2. */
  time?: number
  /** The tokens of the session, signed by the relay. */
  tokens?: SignedToken[]
  /** The session's access rules. Present in the first status of a connection, and whenever they have changed. */
  access?: AccessRules
  /** Answers the host's message with this number: its `access` was applied, or refused for the `problem`. */
  change?: number
  /** Why nothing of the host's latest `access` was applied. */
  problem?: AccessProblem
  /** The host's mistake that the relay has just found. */
  error?: HostError
  /** Present when the relay needs a snapshot from the host. */
  want?: 'session_update'
  /** In the first status: the host may send long messages in parts. Missing from relays before 0.2. */
  parts?: 1
  /** Bytes of one message that the relay accepts. Viewers receive it if it is not 16 MiB. */
  limit?: number
}

/**
 * A host's mistake. The relay dropped the message, except for `reserved_key`, whose key viewers leave out, and
 * `no_snapshot`, which concerns no message.
 */
export type HostErrorCode =
  /** Neither text nor a binary frame with a header. */
  | 'bad_frame'
  | 'bad_json'
  | 'too_deep'
  | 'too_large'
  | 'bad_type'
  | 'bad_payload'
  | 'bad_patch'
  /** `epoch` or `seq`. */
  | 'bad_position'
  /** A `config_update` that does not follow the relay's state. */
  | 'gap'
  /** The `seq` is one that the relay has had in this epoch. */
  | 'old_seq'
  /** The same position with another state. */
  | 'changed_state'
  | 'reserved_key'
  | 'bad_access'
  /** The host did not answer `want`. */
  | 'no_snapshot'

export interface HostError {
  code: HostErrorCode
  /** For developers, in English. */
  reason: string
  /** The wrong part, such as `payload.board`. */
  field?: string
  /** The `seq` of the message, if it could be read. */
  seq?: number
  /** The limit that was exceeded, in bytes. */
  limit?: number
}

/** An idle host sends this to the relay, which sends it to viewers with the heartbeat. */
export interface StateHash {
  /** Of the state at the status' position, see `hashOf`. */
  hash?: number
}

/** Why the relay refused a host's `access`. */
export interface AccessProblem {
  /** The malformed part, such as `access.revoked[2]`. */
  field: string
  /** For developers, in English. */
  reason: string
}

/** A host's change of the access rules. */
export interface SessionAccess {
  access?: AccessRules
  /** The host's number of this change. The relay's answer repeats it. */
  change?: number
}

/** A host sends this to the relay when it changes. The relay adds it to the status of viewers while it is `true`. */
export interface HostLag {
  /** The host has changes that it could not send within their longest wait, so viewers show an earlier state. */
  behind?: boolean
}

/** The status that the relay sends to viewers, on change and as the heartbeat. */
export interface HostPresence extends StateHash, SessionName, HostLag {
  host: 'online' | 'offline'
  /** When `host` last changed: milliseconds since 1970 by the relay's clock. */
  since: number
  /** Bytes of a message that the viewer is receiving in parts. Until it has arrived, the shown state is not current. */
  receiving?: number
}

/** For viewers of a session with state, `epoch` and `seq` are the position of the latest message. */
export interface StatusMessage extends Partial<Position> {
  type: 'status'
  payload: Partial<RelayStatus> & Partial<HostPresence> & SessionAccess
}

export type Message = StateMessage | StatusMessage
