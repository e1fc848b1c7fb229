import { readFileSync } from 'node:fs'
import { basename, isAbsolute } from 'node:path'

const VIEWER_APP = 'apps/viewer-pwa/dist'

/** The files of one kind that the page of the viewer app loads or preloads before anything is on screen. */
function initialFiles(extension: string): string[] {
  const page = readFileSync(new URL(`${VIEWER_APP}/index.html`, import.meta.url), 'utf8')
  const links = [...page.matchAll(/(?:src|href)="\.(\/[^"]+)"/g)].map(([, path]) => path!)
  const files = links.filter((path) => path.endsWith(extension)).map((path) => VIEWER_APP + path)
  if (files.length === 0) throw new Error(`${VIEWER_APP}/index.html loads no ${extension} file`)
  return files
}

/**
 * A file that a check leaves out keeps the name that the published file imports. Otherwise the bundler writes the path from its
 * temporary folder to this clone, and the size depends on where the clone is.
 */
const KEEP_NAMES = {
  modifyRolldownConfig: (config: { output: object }) => ({
    ...config,
    output: {
      ...config.output,
      paths: (id: string) => (isAbsolute(id) ? `./${basename(id)}` : id),
    },
  }),
}

/** The host without what an app has anyway, and without what it loads only when needed. */
const HOST = {
  ...KEEP_NAMES,
  path: 'packages/vue-sync/dist/host.js',
  ignore: [
    'vue',
    'pinia',
    './cipher.js',
    './part-writer.js',
    './await-turn.js',
    './explain-dials.js',
    './transports.js',
  ],
  gzip: true,
}

export default [
  {
    name: '@vue-sync/vue/host',
    ...HOST,
    import: '{ syncPlugin, useSyncHost }',
    limit: '18.2 KiB',
  },
  {
    name: '@vue-sync/vue/host, with useSyncSource',
    ...HOST,
    import: '{ syncPlugin, useSyncHost, useSyncSource }',
    limit: '18.4 KiB',
  },
  {
    ...KEEP_NAMES,
    name: '@vue-sync/vue/viewer',
    path: 'packages/vue-sync/dist/viewer.js',
    import: '{ syncViewer, useSyncViewer, useSyncedState }',
    ignore: [
      'vue',
      'pinia',
      './cipher.js',
      './explain-dials.js',
      './await-turn.js',
      './transports.js',
    ],
    gzip: true,
    limit: '14.4 KiB',
  },
  {
    ...KEEP_NAMES,
    name: 'transports over HTTP, loaded where WebSockets do not work',
    path: 'packages/vue-sync/dist/transports.js',
    ignore: ['./protocol-*.js'],
    gzip: true,
    limit: '5.8 KiB',
  },
  {
    name: '@vue-sync/vue/protobuf',
    path: 'packages/vue-sync/dist/protobuf.js',
    ignore: ['@bufbuild/protobuf'],
    gzip: true,
    limit: '9.2 KiB',
  },
  {
    name: 'what encrypts, loaded when asked for',
    path: 'packages/vue-sync/dist/cipher.js',
    gzip: true,
    limit: '1.5 KiB',
  },
  {
    name: 'rich values, if both sides have the option',
    path: 'packages/vue-sync/dist/rich-values.js',
    ignore: ['vue'],
    gzip: true,
    limit: '2 KiB',
  },
  {
    name: 'what sends a message in parts, loaded with the first long one',
    path: 'packages/vue-sync/dist/part-writer.js',
    gzip: true,
    limit: '1.5 KiB',
  },
  {
    name: 'what waits for another host to leave, loaded when it takes over',
    path: 'packages/vue-sync/dist/await-turn.js',
    gzip: true,
    limit: '0.5 KiB',
  },
  {
    ...KEEP_NAMES,
    name: '@vue-sync/vue/share, without the host',
    path: 'packages/vue-sync/dist/share.js',
    ignore: ['vue', 'pinia', './use-sync-host-*.js', './protocol-*.js', './problems-*.js'],
    gzip: true,
    limit: '16.6 KiB',
  },
  {
    name: 'what explains failed dials, loaded after them',
    path: 'packages/vue-sync/dist/explain-dials.js',
    gzip: true,
    limit: '0.8 KiB',
  },
  // Exact bytes: the first screen must not load more than it did when the inspector had no table and no search.
  {
    name: 'viewer app, initial JS',
    path: initialFiles('.js'),
    rolldown: false,
    gzip: true,
    limit: '67551 B',
  },
  {
    name: 'viewer app, initial CSS',
    path: initialFiles('.css'),
    rolldown: false,
    gzip: true,
    limit: '3675 B',
  },
]
