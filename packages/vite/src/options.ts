import type { SyncMiddlewareOptions } from '@vue-sync/server'

/** The options of `vueSync()`. Everything is optional. */
export interface VueSyncOptions {
  /** The path of relay and viewer below Vite's `base`. @default '/__sync' */
  path?: string
  /**
   * Gives the dev server a certificate that is signed by this machine's own CA. The terminal then shows a first QR code,
   * with which phones learn to trust that CA. @default false: what `server.https` says
   */
  https?: boolean
  /**
   * Which pages get the host key during development: those that are opened on this machine, or with `'network'` every
   * page of the dev server. Choose `'network'` if the dev server runs in a container or on another machine. Everybody who
   * can open the dev server can publish then. @default 'machine'
   */
  publishFrom?: 'machine' | 'network'
  /** Shows a button in the corner of the app during development, which opens the share panel. @default true */
  button?: boolean
  /** Adds a tab with the viewer to Vue devtools during development. @default true */
  devtools?: boolean
  /** Prints a QR code in the terminal. @default true */
  qr?: boolean
  /**
   * The relay's port in middleware mode, where Vite has no server of its own. Another one is used if it is taken.
   * @default 9876
   */
  port?: number
  /** More options for the relay. Its keys come from Vite's cache folder unless they are given here. @default none */
  relay?: Omit<SyncMiddlewareOptions, 'base' | 'port' | 'certificate' | 'host'>
}

export const VITE_DEFAULTS = {
  path: '/__sync',
  https: false,
  publishFrom: 'machine',
  button: true,
  devtools: true,
  qr: true,
  port: 9876,
  relay: {},
} satisfies VueSyncOptions

export type ResolvedOptions = Required<VueSyncOptions>

const OPTION_TYPES: Record<string, (value: unknown) => boolean> = {
  path: (value) => typeof value === 'string' && /^\/[\w.~/-]*[\w~-]\/?$/.test(value),
  https: (value) => typeof value === 'boolean',
  publishFrom: (value) => value === 'machine' || value === 'network',
  button: (value) => typeof value === 'boolean',
  devtools: (value) => typeof value === 'boolean',
  qr: (value) => typeof value === 'boolean',
  port: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 65_536,
  relay: (value) => typeof value === 'object' && value !== null,
}

const EXPECTED: Record<string, string> = {
  path: 'a path like /__sync',
  publishFrom: "'machine' or 'network'",
  port: 'a port from 0 to 65535',
  relay: 'an object of relay options',
}

/** @throws Error that names the option and what it accepts */
export function resolveOptions(options: VueSyncOptions): ResolvedOptions {
  for (const [name, value] of Object.entries(options)) {
    const check = OPTION_TYPES[name]
    if (!check) {
      const known = Object.keys(OPTION_TYPES).join(', ')
      throw new Error(`[vue-sync] vueSync() has no option "${name}". It knows ${known}.`)
    }
    if (value !== undefined && !check(value))
      throw new Error(
        `[vue-sync] vueSync(): ${name} must be ${EXPECTED[name] ?? 'true or false'}, not ${JSON.stringify(value)}.`,
      )
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const resolved: ResolvedOptions = { ...VITE_DEFAULTS, ...Object.fromEntries(given) }
  return { ...resolved, path: resolved.path.replace(/\/$/, '') }
}
