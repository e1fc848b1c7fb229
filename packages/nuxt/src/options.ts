import type { VueSyncOptions } from '@vue-sync/vite'
import type { SyncHostOptions } from '@vue-sync/vue/host'
import type { SyncOptions } from '@vue-sync/vue'
import { isBase } from '@vue-sync/vue/protocol'

/** How a store is sent, without the functions that a configuration file cannot pass on to the browser. */
export type StoreConfig = Pick<SyncOptions, 'debounce' | 'maxWait'> & {
  /** The fields to send. @default all */
  pick?: string[]
  /** The fields to leave out. @default none */
  omit?: string[]
}

/** The options of the host in `vueSync.host`: those of `syncPlugin` that a configuration file can have, and these. */
export interface HostConfig extends Pick<
  SyncHostOptions,
  'viewerUrl' | 'debounce' | 'maxWait' | 'compressOver' | 'encrypt' | 'autoStart'
> {
  /** The session's name in viewers. @default the page's title */
  name?: string
  /** Opts stores in by id, as in `syncPlugin`. @default none */
  stores?: string[] | Record<string, boolean | StoreConfig>
  /**
   * A route of the app that answers with the host key, for people who may publish. The page asks it before it starts,
   * and does not publish without an answer. Not used with the relay beside `nuxt dev`. @default none
   */
  keyFrom?: string
}

/** The options of the relay inside the built server. */
export interface RelayConfig {
  /** The path of the relay and of the viewer app. @default '/__sync' */
  path?: string
}

/** The options in `vueSync` of `nuxt.config.ts`. Everything is optional. */
export interface ModuleOptions {
  /** Publishes the app's state with `syncPlugin`, with these options. @default `true`, or `false` with `viewer: true` */
  host?: boolean | HostConfig
  /** Shows the state of another app with `syncViewer`. @default false */
  viewer?: boolean
  /** Runs a relay beside `nuxt dev`, with these options of `@vue-sync/vite`. @default true */
  dev?: boolean | Omit<VueSyncOptions, 'https'>
  /** Makes a relay and the viewer app part of the built server. `{ path }` chooses another path. @default false */
  relay?: boolean | RelayConfig
}

/** What the module needs of the options. A part that is not wanted is `undefined`. */
export interface ResolvedOptions {
  host: HostConfig | undefined
  viewer: boolean
  dev: Omit<VueSyncOptions, 'https'> | undefined
  relay: Required<RelayConfig> | undefined
}

export const NUXT_DEFAULTS = {
  viewer: false,
  dev: true,
  relay: false,
} satisfies ModuleOptions

export const RELAY_PATH = '/__sync'

const KNOWN = ['host', 'viewer', 'dev', 'relay']

function fail(problem: string): never {
  throw new Error(`[vue-sync] vueSync in nuxt.config: ${problem}`)
}

/** The options of a part: none if it is off, and no particular ones for `true`. */
function part<T extends object>(name: string, value: boolean | T | undefined): T | undefined {
  if (value === false || value === undefined) return undefined
  if (value === true) return {} as T
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  return fail(`${name} must be true, false or an object, not ${JSON.stringify(value)}.`)
}

/** @throws Error that names the option and what it accepts */
export function resolveOptions(given: ModuleOptions): ResolvedOptions {
  const unknown = Object.keys(given).find((name) => !KNOWN.includes(name))
  if (unknown) fail(`there is no option "${unknown}". The options are ${KNOWN.join(', ')}.`)
  const { viewer, dev, relay, host = !viewer } = { ...NUXT_DEFAULTS, ...given }
  if (typeof viewer !== 'boolean')
    fail(`viewer must be true or false, not ${JSON.stringify(viewer)}.`)
  const hostConfig = part<HostConfig>('host', host)
  for (const name of ['key', 'url', 'session'])
    if (hostConfig && name in hostConfig)
      fail(
        name === 'key'
          ? 'host.key would become part of the JavaScript that everybody gets. Set NUXT_VUE_SYNC_HOST_KEY on the server, and host.keyFrom to a route that gives it to the people who may publish.'
          : `host.${name} is runtime configuration: set NUXT_PUBLIC_VUE_SYNC_${name.toUpperCase()}.`,
      )
  const { path = RELAY_PATH } = part<RelayConfig>('relay', relay) ?? {}
  if (!isBase(path.replace(/\/$/, '')) || path === '/')
    fail(`relay.path must be a path like ${RELAY_PATH}, not ${JSON.stringify(path)}.`)
  return {
    host: hostConfig,
    viewer,
    dev: part('dev', dev),
    relay: relay ? { path: path.replace(/\/$/, '') } : undefined,
  }
}
