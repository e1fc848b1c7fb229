import { sessionCache } from '@vue-sync/vue/cache'
import { richValues } from '@vue-sync/vue/rich-values'
import type { SyncViewerOptions } from '@vue-sync/vue/viewer'

export const cache = sessionCache()

/** The options of each viewer in this page. */
export const viewerOptions: SyncViewerOptions = {
  cache,
  values: richValues(),
  // Loaded when a host uses it. The service worker keeps both, so that they load without a network too.
  codecs: [
    {
      name: 'msgpack',
      load: () => import('@vue-sync/vue/msgpack').then(({ msgpack }) => msgpack()),
    },
    { name: 'cbor', load: () => import('@vue-sync/vue/cbor').then(({ cbor }) => cbor()) },
  ],
}
