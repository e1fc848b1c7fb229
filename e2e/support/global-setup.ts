import { buildPages } from './page-builds.ts'

/** Vitest runs this once, before the first browser test. */
export const setup = buildPages
