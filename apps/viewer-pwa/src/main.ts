import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { syncViewer } from 'vue-sync/viewer'
import App from './App.vue'
import '@vue-sync/demo/base.css'
import './style.css'

createApp(App).use(createPinia()).use(syncViewer).mount('#app')
