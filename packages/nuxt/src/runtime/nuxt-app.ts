import type { App } from 'vue'

/** The part of a Nuxt app that the plugins use. */
export interface NuxtApp {
  vueApp: App
  hooks: { hookOnce: (name: 'app:suspense:resolve', run: () => void) => unknown }
}

/** The part of the runtime configuration that reaches the browser. */
export interface RuntimeConfig {
  app: { baseURL: string }
  public: {
    vueSync: {
      /** The relay. */
      url: string
      session: string
      /** The viewer link that a viewer opens. */
      link: string
    }
  }
}
