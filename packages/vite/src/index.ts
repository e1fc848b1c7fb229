export { vueSync } from './plugin.ts'
export { VITE_DEFAULTS } from './options.ts'
export type { VueSyncOptions } from './options.ts'
