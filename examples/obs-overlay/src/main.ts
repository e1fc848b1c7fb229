import { createApp } from 'vue'
import { syncViewer } from '@vue-sync/vue/viewer'
import App from './App.vue'
import { readSettings } from './settings.ts'
import './style.css'

const DAY_MS = 24 * 60 * 60 * 1000

const { link, hideAfter } = readSettings(location)
if (link === undefined)
  document.body.textContent = 'Add # and a viewer link to the address of this page.'
else
  createApp(App, { hideAfter })
    // OBS may hide the page of a scene that is not shown. It must be up to date when the scene appears.
    .use(syncViewer, { url: link, pauseAfter: DAY_MS })
    .mount('#app')
