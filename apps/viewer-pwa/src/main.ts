import './opened-at.ts'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { syncViewer } from '@vue-sync/vue/viewer'
import App from './App.vue'
import { createMemory } from './device/memory.ts'
import { recordConnection, recordedCache } from './history/received.ts'
import { loadLazyParts } from './parts/lazily.ts'
import {
  createKnownSessions,
  createLinkMemory,
  createMarksMemory,
  KNOWN_SESSIONS_KEY,
} from './session/known/use-known-sessions.ts'
import { cache, viewerOptions } from './session/viewer-options.ts'
import { createLanguage } from './texts/language.ts'
import '@vue-sync/demo/base.css'
import './style.css'

async function start(): Promise<void> {
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
      ...viewerOptions,
      cache: recordedCache(cache),
      onConnection: recordConnection,
    })
    .provide(
      KNOWN_SESSIONS_KEY,
      createKnownSessions({ cache, marks: createMarksMemory(), link: createLinkMemory() }),
    )
    .mount('#app')
  loadLazyParts()
}

// A top-level `await` would make the bundler split off everything that loaded chunks share with this one.
void start()
