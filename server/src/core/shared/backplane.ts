import type { AccessRules, Position, ViewerToken } from '@vue-sync/vue/protocol'
import type { Entry } from '../session/retained.ts'
import type { SessionInfo } from '../session/stored-session.ts'

// Nodes exchange the objects of this file as JSON in Redis and as structured clones between processes. Their
// field names are therefore a wire format that all nodes of a relay share.

/** A place in the log of a session: which log, and how many messages it had. */
export interface Mark {
  /** Random. A log that was replaced, or lost and begun again, has another id. */
  log: string
  count: number
}

/** What a node has of a stored session. */
export interface KnownLog {
  mark: Mark | undefined
  /** The id of the name and the access rules, see `Log`. */
  infoId: string
}

/** What a short code stands for. */
export interface PairingCode {
  session: string
  /** The token that viewers get for the code. It is the same for all of them. */
  token: ViewerToken
  /** The code is valid while the fence of the session's access rules is this one. */
  fence: string
}

/** What one node tells the others about a session, besides its state. Notices are not stored. */
export type Notice =
  | {
      /** Sent every `interval`, and on change. A node that sends nothing for three intervals counts as gone. */
      type: 'here'
      viewers: number
      tokens: Record<string, number>
      /** Set by the node that has the host, in milliseconds since 1970. */
      hostSince?: number | undefined
      /** Whether that host has changes that viewers lack. Missing from earlier versions. */
      behind?: boolean | undefined
    }
  /** Asks every node to send `here`. */
  | { type: 'who' }
  /** The node has left the session. */
  | { type: 'gone' }
  /** Asks the node that has the host for a snapshot. */
  | { type: 'want' }
  | { type: 'hash'; position: Position; hash: number }
  | { type: 'close'; code: number; reason: string }
  | { type: 'kick'; viewer: string }
  | { type: 'list'; ask: string }
  | { type: 'listed'; ask: string; viewers: ListedViewer[] }
  | {
      /** Client addresses with many connections to the node: their viewers, and their connections in this minute. */
      type: 'addresses'
      /** Whether the node has no other such addresses. */
      isAll: boolean
      /** Grows with each notice of the node, which recognizes its own by it. */
      turn: number
      counts: [client: string, viewers: number, connections: number][]
    }

/** A viewer as the operator of the relay sees it. */
export interface ListedViewer {
  /** `NODE.NUMBER` */
  id: string
  /** The id of the token that it was admitted with. */
  token: string
  /** When it connected, in milliseconds since 1970. */
  since: number
  bufferedBytes: number
}

export type BackplaneMessage =
  | { type: 'entry'; from: string; mark: Mark; entry: Entry }
  /** The log was replaced. `load` returns the new one. */
  | { type: 'reset'; from: string; mark: Mark }
  /** A host was admitted. Terms only grow, and the host with the highest term is the host. */
  | {
      type: 'claim'
      from: string
      term: number
      /** Of the state that this host announced. Missing for a new host, and from earlier versions. */
      epoch?: string | undefined
    }
  | { type: 'about'; from: string; about: SessionInfo; infoId: string }
  | { type: 'note'; from: string; note: Notice }

/** The stored log of a session. */
export interface Log {
  /** `undefined` when there is no state. */
  mark: Mark | undefined
  /** The term of the last host; 0 for none. */
  term: number
  about: SessionInfo
  /** Random, new with each change of `about`. */
  infoId: string
  /** In order, see `Retained.log`. */
  entries: Entry[]
}

export interface AppendOptions {
  term: number
  entry: Entry
  /** Messages to keep before this one, besides all that follow the snapshot. */
  keep: number
}

export interface ReplaceOptions {
  term: number
  about: SessionInfo
  entries: Entry[]
  /** Leaves a log unchanged that has messages. @default false */
  onlyIfEmpty?: boolean
}

export interface ClaimOptions {
  /** The host's connection, unique over all nodes. Claiming twice for one connection has no further effect. */
  holder: string
  /** The term that this host was given before. It keeps that term, even if the store has forgotten it. */
  term?: number | undefined
  /** When the host connected, by `now`. A claim that arrives late gives way to later hosts. */
  since: number
  /** The epoch of the state that the host announced. The claim's message has it too. @default none */
  epoch?: string | undefined
}

/** A term further ahead of the clock, in milliseconds, was given before the clock was set back. It is ignored. */
export const MAX_TERM_LEAD = 1000

/**
 * - `ok`: the message is in the log.
 * - `gap`: the message does not follow the last one in the log.
 * - `stale`: another host has been admitted since.
 * - `full`: the store has reached its limit, and has dropped the state of this session.
 */
export type Outcome = 'ok' | 'gap' | 'stale' | 'full'

/**
 * What the nodes of one relay share: for each session one log of messages, in the same order for all nodes,
 * and which host is the current one. Calls reject while the other nodes cannot be reached; `onHealthChange`
 * reports when they can be reached again.
 */
export interface Backplane {
  /** The random id of this node. */
  readonly id: string
  /** Milliseconds between two `here` notices of a node. */
  readonly interval: number
  /**
   * Milliseconds since 1970. `claim` must order the hosts of all nodes by one clock, and may add to this one what
   * differs.
   */
  now: () => number
  /** Whether the other nodes can be reached. */
  readonly isHealthy: boolean
  /** Why they cannot be reached, for a log. Contains no secrets. */
  readonly problem?: string | undefined
  /** Called when `isHealthy` changes, and after any time in which messages may have been missed. */
  onHealthChange: ((isHealthy: boolean) => void) | undefined
  /** Called with what the operator should know, at most once for each problem. */
  onWarning?: ((text: string) => void) | undefined
  /**
   * Resolves once no message can be missed. All nodes receive messages in the same order. The listener checks what it
   * receives and never throws; it is also called, with `undefined`, for a message that cannot be read at all.
   */
  subscribe: (session: string, listener: (message: unknown) => void) => Promise<void>
  unsubscribe: (session: string) => void
  /** Resolves to `undefined` when neither the log nor name and access rules have changed since `known`. */
  load: (session: string, known: KnownLog) => Promise<Log | undefined>
  append: (session: string, options: AppendOptions) => Promise<Outcome>
  replace: (session: string, options: ReplaceOptions) => Promise<Outcome>
  /** Resolves to the term of the host, or to `undefined` when a later host has been admitted. */
  claim: (session: string, options: ClaimOptions) => Promise<number | undefined>
  /**
   * Merges access rules into the stored ones, see `mergeAccess`, and sends the result to all nodes. It needs no
   * term: rules can only be added to, so a late call lowers nothing.
   */
  mergeAccess: (session: string, rules: AccessRules) => Promise<void>
  /** Stores the name of a session, merges its access rules, and sends both to all nodes. */
  setInfo: (session: string, term: number, info: SessionInfo) => Promise<Outcome>
  /** Names of the sessions that have a state. */
  sessions: () => Promise<string[]>
  /**
   * Deletes all that is stored of a session but its access rules: keys that were withdrawn stay so. Messages that
   * its host has already sent become stale.
   */
  forget: (session: string) => Promise<void>
  /** Sends a notice to all nodes. It is lost while they cannot be reached. */
  notify: (session: string, notice: Notice) => void
  findCode: (code: string) => Promise<PairingCode | undefined>
  storeCode: (code: string, stored: PairingCode, milliseconds: number) => void
  /**
   * Adds to a count that all nodes share, in one atomic step. Resolves to the count, which is never below 0.
   *
   * @param window milliseconds from the first change of the count until it begins again
   */
  count: (key: string, by: number, window: number) => Promise<number>
  /** Resolves when the other nodes can be reached, or when the first attempt has failed. */
  start: () => Promise<void>
  /** Sends what is already queued, then disconnects. `start` may follow. */
  stop: () => Promise<void>
}
