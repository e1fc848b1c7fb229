import './opened-at.ts'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { sessionCache } from '@vue-sync/vue/cache'
import { richValues } from '@vue-sync/vue/rich-values'
import { syncViewer } from '@vue-sync/vue/viewer'
import App from './App.vue'
import { createMemory } from './device/memory.ts'
import {
  createKnownSessions,
  createLinkMemory,
  createMarksMemory,
  KNOWN_SESSIONS_KEY,
} from './session/use-known-sessions.ts'
import { createLanguage } from './texts/language.ts'
import '@vue-sync/demo/base.css'
import './style.css'

const cache = sessionCache()

// Loaded when a host uses it. The service worker keeps both, so that they load without a network too.
const codecs = [
  { name: 'msgpack', load: () => import('@vue-sync/vue/msgpack').then(({ msgpack }) => msgpack()) },
  { name: 'cbor', load: () => import('@vue-sync/vue/cbor').then(({ cbor }) => cbor()) },
]

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
  .use(syncViewer, { cache, codecs, values: richValues() })
  .provide(
    KNOWN_SESSIONS_KEY,
    createKnownSessions({ cache, marks: createMarksMemory(), link: createLinkMemory() }),
  )
  .mount('#app')
