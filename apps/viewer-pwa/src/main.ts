import './opened-at.ts'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { sessionCache } from '@vue-sync/vue/cache'
import { richValues } from '@vue-sync/vue/rich-values'
import { syncViewer } from '@vue-sync/vue/viewer'
import App from './App.vue'
import { createMemory } from './device/memory.ts'
import { recordedCache, RecordedSocket } from './history/received.ts'
import { codecs } from './session/codecs.ts'
import { CACHE_KEY } from './session/use-known-sessions.ts'
import { createLanguage } from './texts/language.ts'
import '@vue-sync/demo/base.css'
import './style.css'

const cache = sessionCache()

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
  .use(syncViewer, {
    cache: recordedCache(cache),
    codecs,
    values: richValues(),
    WebSocket: RecordedSocket,
  })
  .provide(CACHE_KEY, cache)
  .mount('#app')
