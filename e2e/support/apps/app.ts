import { createPinia, type Pinia } from 'pinia'
import { vi } from 'vitest'
import type { App } from 'vue'
import { createEmptyApp } from './empty-app.ts'

export { createEmptyApp }

const apps = new Set<App>()

/** Creates an app with Pinia. `unmountApps` unmounts it if the test has not done so. */
export function createTestApp(): { app: App; pinia: Pinia } {
  const app = createEmptyApp()
  apps.add(app)
  app.onUnmount(() => void apps.delete(app))
  return { app, pinia: createPinia() }
}

export function unmountApps(): void {
  for (const app of apps) app.unmount()
  apps.clear()
}

/** Stubs the globals of a page that the plugins use, until `vi.unstubAllGlobals()`. */
export function stubPage(): void {
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
}

/** Stubs a storage until `vi.unstubAllGlobals()`. Returns its entries. */
export function stubStorage(name: 'localStorage' | 'sessionStorage'): Map<string, string> {
  const entries = new Map<string, string>()
  vi.stubGlobal(name, {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, text: string) => void entries.set(key, text),
  })
  return entries
}

/**
 * Stubs the page and both storages, and records warnings, until `vi.unstubAllGlobals()` and `vi.restoreAllMocks()`.
 * Returns the warnings.
 */
export function stubBrowser(): string[] {
  stubPage()
  stubStorage('sessionStorage')
  stubStorage('localStorage')
  const warnings: string[] = []
  vi.spyOn(console, 'warn').mockImplementation((...args) => void warnings.push(args.join(' ')))
  return warnings
}
