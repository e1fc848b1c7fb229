import './opened-at.ts'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { syncViewer } from '@vue-sync/vue/viewer'
import App from './App.vue'
import { createMemory } from './device/memory.ts'
import { CACHE_KEY } from './session/use-known-sessions.ts'
import { cache, viewerOptions } from './session/viewer-options.ts'
import { createLanguage } from './texts/language.ts'
import '@vue-sync/demo/base.css'
import './style.css'

const language = await createLanguage({
  tags: navigator.languages,
  memory: createMemory('vue-sync:language', () => localStorage),
  onChange(code, direction) {
    document.documentElement.lang = code
    document.documentElement.dir = direction
  },
})

createApp(App)
  .use(language)
  .use(createPinia())
  .use(syncViewer, viewerOptions)
  .provide(CACHE_KEY, cache)
  .mount('#app')
