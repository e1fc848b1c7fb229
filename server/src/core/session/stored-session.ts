import type { AccessRules } from '@vue-sync/vue/protocol'
import type { Entry } from './retained.ts'

/** The parts of a session that survive a restart of the relay. */
export interface StoredSession {
  name: string | undefined
  access: AccessRules | undefined
  /** The snapshot, then the deltas that followed it. */
  entries: Entry[]
}

/** The properties of a session apart from its state: its name and its access rules. */
export type SessionInfo = Pick<StoredSession, 'name' | 'access'>
