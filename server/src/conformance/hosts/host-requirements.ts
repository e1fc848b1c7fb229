import type { HostRequirement } from './host-stage.ts'
import { PUBLISHING } from './requirements/publishing.ts'
import { STAYING } from './requirements/staying.ts'

/** What the kit tests of a host. */
export const HOST_REQUIREMENTS: readonly HostRequirement[] = [...PUBLISHING, ...STAYING]
