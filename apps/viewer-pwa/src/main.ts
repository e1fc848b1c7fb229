import './opened-at.ts'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { sessionCache } from '@vue-sync/vue/cache'
import { syncViewer } from '@vue-sync/vue/viewer'
import App from './App.vue'
import { CACHE_KEY } from './use-known-sessions.ts'
import '@vue-sync/demo/base.css'
import './style.css'

const cache = sessionCache()

createApp(App).use(createPinia()).use(syncViewer, { cache }).provide(CACHE_KEY, cache).mount('#app')
