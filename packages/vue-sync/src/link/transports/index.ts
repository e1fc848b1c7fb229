export { createFallback } from './fallback.ts'
export type { Fallback } from './fallback.ts'
