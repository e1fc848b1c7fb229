import type { AccessRules } from '@vue-sync/vue/protocol'
import type { Entry } from './retained.ts'

/** The parts of a session that survive a restart of the relay. */
export interface StoredSession {
  name: string | undefined
  access: AccessRules | undefined
  /** The snapshot, then the deltas that followed it. */
  entries: Entry[]
}

/** Called when a session has changed. */
export type OnSessionChange = (
  session: string,
  /** Returns what to store of it; `undefined` when nothing of it is to be stored. */
  read: () => StoredSession | undefined,
  /** Its access rules now. */
  rules: AccessRules | undefined,
) => void

/** The properties of a session apart from its state: its name and its access rules. */
export type SessionInfo = Pick<StoredSession, 'name' | 'access'>
