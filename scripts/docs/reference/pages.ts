/** One page of the reference, with the modules whose exports it describes. */
export interface Page {
  /** The file in `docs/reference`, without `.md`. */
  name: string
  /** Source files by the name under which an app imports them. */
  modules: Record<string, string>
  /** Functions are rows of a table, because there are many and few people call them. */
  isCompact?: boolean
  /** Exports that no page shows, because only our own packages use them. */
  hidden?: string[]
}

const LIBRARY = 'packages/vue-sync/src'

/** In the order in which they claim an export that several modules have. */
export const PAGES: Page[] = [
  { name: 'host', modules: { '@vue-sync/vue/host': `${LIBRARY}/host/index.ts` } },
  { name: 'viewer', modules: { '@vue-sync/vue/viewer': `${LIBRARY}/viewer/index.ts` } },
  { name: 'client', modules: { '@vue-sync/vue/client': `${LIBRARY}/client/entry.ts` } },
  { name: 'share', modules: { '@vue-sync/vue/share': `${LIBRARY}/share/index.ts` } },
  { name: 'cache', modules: { '@vue-sync/vue/cache': `${LIBRARY}/cache/index.ts` } },
  {
    name: 'codecs',
    modules: {
      '@vue-sync/vue/rich-values': `${LIBRARY}/values/rich-values.ts`,
      '@vue-sync/vue/msgpack': `${LIBRARY}/codecs/msgpack.ts`,
      '@vue-sync/vue/cbor': `${LIBRARY}/codecs/cbor.ts`,
      '@vue-sync/vue/protobuf': `${LIBRARY}/codecs/protobuf.ts`,
    },
  },
  {
    name: 'recording',
    modules: { '@vue-sync/vue/recording': `${LIBRARY}/recording/index.ts` },
    isCompact: true,
  },
  { name: 'relay', modules: { '@vue-sync/server/relay': 'server/src/relay.ts' } },
  {
    name: 'server',
    modules: { '@vue-sync/server': 'server/src/index.ts' },
    hidden: [
      'isWithinMachine',
      'openStoredKeys',
      'KeysAdvice',
      'StoredKeys',
      'StoredKeysOptions',
      'formatBanner',
      'BannerOptions',
      'viewerHeaders',
      'hasViewer',
    ],
  },
  {
    name: 'runtimes',
    modules: {
      '@vue-sync/server/bun': 'server/src/runtimes/bun.ts',
      '@vue-sync/server/deno': 'server/src/runtimes/deno.ts',
    },
  },
  {
    name: 'conformance',
    modules: { '@vue-sync/server/conformance': 'server/src/conformance/index.ts' },
    isCompact: true,
  },
  {
    name: 'vite',
    modules: { '@vue-sync/vite': 'packages/vite/src/index.ts' },
    hidden: ['AppServer', 'RELAY_MODULE', 'VueSyncParts'],
  },
  { name: 'nuxt', modules: { '@vue-sync/nuxt': 'packages/nuxt/src/module.ts' } },
  {
    name: 'protocol-api',
    modules: { '@vue-sync/vue/protocol': `${LIBRARY}/protocol/index.ts` },
    isCompact: true,
  },
]

/** The page of the exports that host, viewer and client have in common. */
export const SHARED = 'index'

/** The modules whose common exports are on that page. */
export const SHARING = ['host', 'viewer', 'client', 'cache', 'share']

/** Everything that this program reads. */
export const FILES: string[] = PAGES.flatMap(({ modules }) => Object.values(modules))
