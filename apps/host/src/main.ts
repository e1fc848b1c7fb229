import { useSessionStore } from '@vue-sync/demo'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { syncPlugin } from '@vue-sync/vue/host'
import App from './App.vue'
import { readRelayAddress } from './relay-address.ts'
import '@vue-sync/demo/base.css'
import './style.css'

createApp(App)
  .use(createPinia())
  .use(syncPlugin, {
    ...readRelayAddress(),
    name: () => useSessionStore().name,
    encrypt: new URLSearchParams(location.search).has('encrypt'),
  })
  .mount('#app')
