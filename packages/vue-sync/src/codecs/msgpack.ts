import { Packr } from 'msgpackr'
import type { Codec } from '../protocol/index.ts'
import { checkMsgpack } from './check-msgpack.ts'

/**
 * MessagePack with `msgpackr`, which the app installs. Use it in the host and in all viewers.
 *
 * @example
 * ```ts
 * import { createApp } from 'vue'
 * import { msgpack } from '@vue-sync/vue/msgpack'
 * import { syncPlugin } from '@vue-sync/vue/host'
 * import App from './App.vue'
 *
 * // In viewers: `codecs: [msgpack()]`
 * createApp(App).use(syncPlugin, { codec: msgpack() }).mount('#app')
 * ```
 */
export function msgpack(): Codec {
  // JSON has no BigInt, so integers of 64 bits become numbers.
  const packr = new Packr({ useRecords: false, int64AsType: 'number' })
  return {
    name: 'msgpack',
    encode: (body) => packr.pack(body),
    decode(bytes) {
      checkMsgpack(bytes)
      return packr.unpack(bytes)
    },
  }
}
