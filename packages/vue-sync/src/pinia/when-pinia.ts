import type { Pinia } from 'pinia'
import type { App } from 'vue'

/**
 * Calls `use` with the app's Pinia: now if it is installed, else the moment it is. A store made in
 * between would have lost its options, so waiting for `app.mount` is not enough.
 */
export function whenPinia(app: App, given: Pinia | undefined, use: (pinia: Pinia) => void): void {
  const globals: { $pinia?: Pinia } = app.config.globalProperties
  let pinia = given ?? globals.$pinia
  if (pinia) return use(pinia)
  Object.defineProperty(globals, '$pinia', {
    configurable: true,
    enumerable: true,
    get: () => pinia,
    set(value: Pinia) {
      pinia = value
      use(value)
    },
  })
}
