import { Encoder } from 'cbor-x'
import type { Codec } from '../protocol/index.ts'
import { checkCbor } from './check-cbor.ts'

/**
 * CBOR (RFC 8949) with `cbor-x`, which the app installs. Use it in the host and in all viewers.
 *
 * @example
 * ```ts
 * import { createApp } from 'vue'
 * import { cbor } from '@vue-sync/vue/cbor'
 * import { syncPlugin } from '@vue-sync/vue/host'
 * import App from './App.vue'
 *
 * // In viewers: `codecs: [cbor()]`
 * createApp(App).use(syncPlugin, { codec: cbor() }).mount('#app')
 * ```
 */
export function cbor(): Codec {
  // JSON has no BigInt, so integers of 64 bits become numbers. The option is missing from the package's types.
  const options = { useRecords: false, mapsAsObjects: true, int64AsNumber: true }
  const encoder = new Encoder(options)
  return {
    name: 'cbor',
    encode: (body) => encoder.encode(body),
    decode(bytes) {
      checkCbor(bytes)
      return encoder.decode(bytes)
    },
  }
}
