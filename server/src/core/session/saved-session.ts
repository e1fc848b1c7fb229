import type { AccessRules } from '@vue-sync/vue/protocol'
import type { Entry } from './retained.ts'

/** What of a session outlives the relay. */
export interface KeptSession {
  name: string | undefined
  access: AccessRules | undefined
  /** The snapshot, and what followed it. */
  entries: Entry[]
}
