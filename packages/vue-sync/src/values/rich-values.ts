import type { RichValues } from '../protocol/index.ts'
import { createDecoder } from './decode.ts'
import { createEncoder } from './encode.ts'
import { createWriter } from './write.ts'

export type { RichValues }

/**
 * Carries `Date`, `Map`, `Set`, `BigInt`, `undefined`, `NaN`, infinities, `-0`, typed arrays and `ArrayBuffer` as
 * they are. Use it in the host and in all viewers: `values: richValues()`.
 *
 * @example
 * ```ts
 * import { createApp } from 'vue'
 * import { syncPlugin } from '@vue-sync/vue/host'
 * import { richValues } from '@vue-sync/vue/rich-values'
 * import App from './App.vue'
 *
 * createApp(App).use(syncPlugin, { values: richValues() }).mount('#app')
 * ```
 */
export function richValues(): RichValues {
  return { ...createEncoder(), ...createDecoder(), ...createWriter() }
}
