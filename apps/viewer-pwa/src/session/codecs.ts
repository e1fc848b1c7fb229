/** Loaded when a host uses them. The service worker keeps both, so that they load without a network too. */
export const codecs = [
  { name: 'msgpack', load: () => import('@vue-sync/vue/msgpack').then(({ msgpack }) => msgpack()) },
  { name: 'cbor', load: () => import('@vue-sync/vue/cbor').then(({ cbor }) => cbor()) },
]
