import type { AccessRules, SignedToken } from './access.ts'

/** A plain JSON value: what the wire can carry. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** The synced fields of one store. */
export type StoreFields = { [field: string]: Json }

/** The synced stores by id: `{ [storeId]: { [field]: value } }`. */
export type Payload = { [storeId: string]: StoreFields }

/** A place in the host's stream of changes. The host assigns both, the relay never rewrites them. */
export interface Position {
  /** Random, one per host page load. */
  epoch: string
  /** Integer ≥ 0. Each `config_update` is the previous one + 1; a `session_update` states the one it holds. */
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
 * What people call the session. A host tells it to the relay, and the relay to the viewers; one that
 * encrypts has it in its state messages instead.
 */
export interface SessionName {
  /** At most 80 characters. */
  name?: string
}

/** All synced stores. The viewer replaces everything it holds. */
export interface SessionUpdate extends Position, SessionName {
  type: 'session_update'
  payload: Payload
}

/** Only the changed fields, merged store by store; `patch` applies after the merge. One atomic change. */
export interface ConfigUpdate extends Position, SessionName {
  type: 'config_update'
  payload: Payload
  patch?: PatchOperation[]
}

/** A viewer's copy of a session, to be shown before there is a connection. */
export interface KeptState {
  message: SessionUpdate
  /** When state last arrived, milliseconds since 1970. */
  lastUpdate: number
  /** When it was last known to be the host's current state, milliseconds since 1970. */
  asOf: number
  name?: string | undefined
}

export type StateMessage = SessionUpdate | ConfigUpdate

/**
 * Who can open an address.
 * - `network`: phones on the same network.
 * - `internet`: anyone.
 * - `virtual`: devices in the same VPN, container network or the like.
 * - `machine`: this computer only.
 */
export type Reach = 'network' | 'internet' | 'virtual' | 'machine'

/** An address a phone may use, and the network interface it belongs to. */
export interface ViewerUrl {
  /** The interface's name as the relay's machine knows it, e.g. `wlan0`. */
  name: string
  /** A link for a browser, with the viewer key in its fragment. */
  url: string
  /** Relays before 0.2 do not say. */
  reach?: Reach
}

/** What the relay tells its host, on every change. */
export interface RelayStatus {
  running: boolean
  /** The port the relay listens on. */
  port: number
  /** The first LAN address of the relay's machine, `127.0.0.1` when it has none. */
  localIp: string
  /** Viewers connected to this session now. */
  clientCount: number
  /** Where viewers find this session, LAN addresses first. */
  viewerUrls?: ViewerUrl[]
  /** What a person can type into the relay's own viewer instead of scanning; changes every few minutes. */
  pairCode?: string
  /** The tokens that the host has issued, as the relay has signed them. */
  tokens?: SignedToken[]
  /** Present when the relay needs a snapshot from the host. */
  want?: 'session_update'
}

/** A host that is idle tells it to the relay, and the relay to the viewers with the heartbeat. */
export interface StateHash {
  /** Of the state at the status' position, see `hashOf`. */
  hash?: number
}

/** A host tells it to the relay before anything else: who may view. */
export interface SessionAccess {
  access?: AccessRules
}

/** What the relay tells its viewers, on change and as the heartbeat. */
export interface HostPresence extends StateHash, SessionName {
  host: 'online' | 'offline'
  /** When `host` last changed: milliseconds since 1970 by the relay's clock. */
  since: number
}

/** `epoch` and `seq` are there for viewers, once the session has state: the position of the latest message. */
export interface StatusMessage extends Partial<Position> {
  type: 'status'
  payload: Partial<RelayStatus> & Partial<HostPresence> & SessionAccess
}

export type Message = StateMessage | StatusMessage
