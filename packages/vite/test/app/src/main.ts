import { syncPlugin } from '@vue-sync/vue/host'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'

createApp(App).use(createPinia()).use(syncPlugin).mount('#app')
