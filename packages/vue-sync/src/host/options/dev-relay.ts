import type { App } from 'vue'

/** A relay that a bundler's plugin runs during development, for hosts without a `url`. */
export interface DevRelay {
  url?: string
  key?: string
  /** This page must not publish: it was opened from another device. */
  isOff?: boolean
  /** Called with each app that uses the host plugin. */
  onHost?: (app: App) => void
}

/** The key of the `DevRelay` on `globalThis`. `@vue-sync/vite` sets it. */
const KEY = Symbol.for('vue-sync.dev')

/** `undefined` in production, and without such a plugin. */
export function devRelay(): DevRelay | undefined {
  return process.env.NODE_ENV === 'production'
    ? undefined
    : (globalThis as { [KEY]?: DevRelay })[KEY]
}
