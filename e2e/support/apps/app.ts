import { createPinia, type Pinia } from 'pinia'
import { vi } from 'vitest'
import { type App, createRenderer } from 'vue'

// Vue without a DOM: what the plugins do does not depend on what is rendered.
const renderer = createRenderer<object, object>({
  createComment: () => ({}),
  createText: () => ({}),
  createElement: () => ({}),
  insert: () => {},
  remove: () => {},
  patchProp: () => {},
  setText: () => {},
  setElementText: () => {},
  parentNode: () => null,
  nextSibling: () => null,
})

/** An app that can be mounted and unmounted in Node. */
export function makeEmptyApp(): App {
  return renderer.createApp({ render: () => null }) as App
}

const apps = new Set<App>()

/** An app that `endApps` ends, if nobody has before. */
export function makeApp(): { app: App; pinia: Pinia } {
  const app = makeEmptyApp()
  apps.add(app)
  app.onUnmount(() => void apps.delete(app))
  return { app, pinia: createPinia() }
}

export function endApps(): void {
  for (const app of apps) app.unmount()
  apps.clear()
}

/** What the plugins look for in a page, until `vi.unstubAllGlobals()`. */
export function stubPage(): void {
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
}

/** A storage, until then; gives what is in it. */
export function stubStorage(name: 'localStorage' | 'sessionStorage'): Map<string, string> {
  const kept = new Map<string, string>()
  vi.stubGlobal(name, {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  })
  return kept
}
