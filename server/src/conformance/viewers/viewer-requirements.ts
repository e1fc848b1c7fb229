import { CONNECTING, ORDER } from './requirements/order.ts'
import { PATCHES } from './requirements/patches.ts'
import { RECONNECTING } from './requirements/reconnecting.ts'
import { TRUST } from './requirements/trust.ts'
import type { ViewerRequirement } from './viewer-stage.ts'

/** What the kit tests of a viewer. */
export const VIEWER_REQUIREMENTS: readonly ViewerRequirement[] = [
  ...CONNECTING,
  ...ORDER,
  ...PATCHES,
  ...TRUST,
  ...RECONNECTING,
]
