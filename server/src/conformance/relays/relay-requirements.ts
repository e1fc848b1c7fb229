import { ACCESS } from './requirements/access.ts'
import { CONNECTING } from './requirements/connecting.ts'
import { HTTP_ACCESS } from './requirements/http-access.ts'
import { HTTP_CACHING } from './requirements/http-caching.ts'
import { HTTP_LIVE } from './requirements/http-live.ts'
import { HTTP_LOG } from './requirements/http-log.ts'
import { MISTAKES_OF_HOSTS } from './requirements/mistakes.ts'
import { PARTS } from './requirements/parts.ts'
import type { RelayRequirement } from './requirements/relay-requirement.ts'
import { RESUMING } from './requirements/resuming.ts'
import { SLOW_VIEWERS } from './requirements/slow-viewers.ts'
import { STATE } from './requirements/state.ts'
import { STATUSES } from './requirements/statuses.ts'

/** What the kit tests of a relay. */
export const RELAY_REQUIREMENTS: readonly RelayRequirement[] = [
  ...CONNECTING,
  ...STATE,
  ...RESUMING,
  ...STATUSES,
  ...MISTAKES_OF_HOSTS,
  ...SLOW_VIEWERS,
  ...ACCESS,
  ...PARTS,
  ...HTTP_LOG,
  ...HTTP_LIVE,
  ...HTTP_ACCESS,
  ...HTTP_CACHING,
]
