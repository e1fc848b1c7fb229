import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { syncViewer } from 'vue-sync/viewer'
import App from './App.vue'
import './style.css'

createApp(App).use(createPinia()).use(syncViewer).mount('#app')
