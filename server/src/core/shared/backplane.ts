import type { Position } from '@vue-sync/vue/protocol'
import type { Entry } from '../session/retained.ts'
import type { SessionAbout } from '../session/session.ts'

/** A place in the log of a session: which log, and how many messages it had. */
export interface Mark {
  /** Random: a log that was replaced or lost and begun anew is another. */
  log: string
  count: number
}

/** What one node tells the others of a session, besides its state. Nobody keeps it. */
export type Note =
  | {
      /** Sent every `interval`, and on change: who says nothing for three of them is gone. */
      type: 'here'
      viewers: number
      tokens: Record<string, number>
      /** Milliseconds since 1970; of a node that has the host. */
      hostSince?: number | undefined
    }
  | { type: 'who' }
  | { type: 'gone' }
  | { type: 'want' }
  | { type: 'hash'; position: Position; hash: number }
  | { type: 'close'; code: number; reason: string }
  | { type: 'kick'; viewer: string }
  | { type: 'list'; ask: string }
  | { type: 'listed'; ask: string; viewers: ListedViewer[] }

/** A viewer as whoever runs the relay sees it. */
export interface ListedViewer {
  /** `NODE.NUMBER` */
  id: string
  /** By which token it came. */
  token: string
  /** Milliseconds since 1970. */
  since: number
  bufferedBytes: number
}

export type BackplaneMessage =
  | { type: 'entry'; from: string; mark: Mark; entry: Entry }
  /** The log was replaced: `load` gives it. */
  | { type: 'reset'; from: string; mark: Mark }
  /** A host was let in. Terms only grow: who has the highest is the host. */
  | { type: 'claim'; from: string; term: number }
  | { type: 'about'; from: string; about: SessionAbout }
  | { type: 'note'; from: string; note: Note }

/** What is kept of a session. */
export interface Log {
  /** `undefined` when there is no state. */
  mark: Mark | undefined
  /** Of the last host; 0 for none. */
  term: number
  about: SessionAbout
  /** In order, see `Retained.log`. */
  entries: Entry[]
}

export interface AppendOptions {
  term: number
  entry: Entry
  /** Messages that are kept before this one and the snapshot. */
  keep: number
}

export interface ReplaceOptions {
  term: number
  about: SessionAbout
  entries: Entry[]
  /** Leaves a log as it is that has a message already. */
  onlyIfEmpty?: boolean
}

export interface ClaimOptions {
  /** The connection of the host, among all of all nodes: claiming twice is claiming once. */
  holder: string
  /** What it was given before: it holds on to that, also when it is forgotten here. */
  term?: number | undefined
  /** When the host came, by the clock of all nodes: a claim that was heard late gives way to later hosts. */
  since: number
}

/** A term further ahead is of a clock that was put back since, and stops nobody. */
export const MOST_AHEAD_MS = 1000

/**
 * - `ok`: it is in the log now, or was.
 * - `gap`: it does not follow on what is there.
 * - `stale`: another host was let in since.
 */
export type Outcome = 'ok' | 'gap' | 'stale'

/**
 * What the nodes of one relay share: for each session a log of messages, one after the other for all of
 * them, and who the host is. What cannot be reached rejects, and later says so by `onHealth`.
 */
export interface Backplane {
  /** This node among the others: random. */
  readonly id: string
  /** Milliseconds between what a node says of itself. */
  readonly interval: number
  /** Milliseconds since 1970, by a clock that is the same on all nodes. */
  now: () => number
  /** Whether the others can be reached. */
  readonly isHealthy: boolean
  /** Why they cannot, in words for a log and without secrets. */
  readonly problem?: string | undefined
  /** Called whenever that changes, and after any time in which messages may have been missed. */
  onHealth: ((isHealthy: boolean) => void) | undefined
  /** Resolves when no message can be missed any more. Order is the same on every node. */
  subscribe: (session: string, listener: (message: BackplaneMessage) => void) => Promise<void>
  unsubscribe: (session: string) => void
  /** `undefined` when the log has not changed since `known`. */
  load: (session: string, known: Mark | undefined) => Promise<Log | undefined>
  append: (session: string, options: AppendOptions) => Promise<Outcome>
  replace: (session: string, options: ReplaceOptions) => Promise<Outcome>
  /** Gives the term of a host, or `undefined` when a later one was let in. */
  claim: (session: string, options: ClaimOptions) => Promise<number | undefined>
  describe: (session: string, term: number, about: SessionAbout) => Promise<Outcome>
  /** Names of the sessions of which there is a state. */
  sessions: () => Promise<string[]>
  /** Drops all that is kept of a session. What its host has on its way then is stale. */
  forget: (session: string) => Promise<void>
  /** Lost when the others cannot be reached. */
  note: (session: string, note: Note) => void
  /** What a short code stands for. */
  findCode: (code: string) => Promise<string | undefined>
  keepCode: (code: string, session: string, milliseconds: number) => void
  /** Resolves when the others can be reached, or that is given up for now. */
  start: () => Promise<void>
  /** What was said is still said; `start` may follow. */
  stop: () => Promise<void>
}
