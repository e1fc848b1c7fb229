import { createApp } from 'vue'
import { syncViewer } from '@vue-sync/vue/viewer'
import App from './App.vue'
import { readLink } from './link.ts'
import './style.css'

const url = readLink()
createApp(App, { hasLink: url !== undefined })
  .use(syncViewer, { ...(url && { url }) })
  .mount('#app')
