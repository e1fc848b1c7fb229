import { createApp } from 'vue'
import { syncPlugin } from '@vue-sync/vue/host'
import App from './App.vue'
import { relayOptions } from './relay.ts'
import './style.css'

createApp(App).use(syncPlugin, relayOptions()).mount('#app')
