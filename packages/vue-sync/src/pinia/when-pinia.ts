import type { Pinia } from 'pinia'
import type { App } from 'vue'
import type { AnyPinia } from './any-pinia.ts'

/**
 * Calls `use` with the app's Pinia: now if it is installed, or else at the moment it is installed. Waiting
 * for `app.mount` would be too late, because the options of a store made before that would be lost.
 */
export function whenPinia(
  app: App,
  given: AnyPinia | undefined,
  use: (pinia: Pinia) => void,
): void {
  const globals: { $pinia?: Pinia } = app.config.globalProperties
  let pinia = (given as Pinia | undefined) ?? globals.$pinia
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
