import { createPinia } from 'pinia'
import { createApp, createSSRApp, h } from 'vue'
import { syncPlugin, useSyncHost } from '@vue-sync/vue/host'
import { SyncShare } from '@vue-sync/vue/share'

// An app that a server has rendered, with a strict policy for scripts and styles.
const url = new URLSearchParams(location.search).get('relay')!
const key = new URLSearchParams(location.hash.slice(1)).get('host-key')!
const app = createSSRApp({
  render: () => h('main', [h('h1', 'Orders'), h(SyncShare)]),
})
app.use(createPinia()).use(syncPlugin, { url, key }).mount('#app')

// Beside the app, as a tool of a developer is, and in a shadow root.
if (new URLSearchParams(location.search).has('corner')) {
  const corner = document.body.appendChild(document.createElement('div'))
  corner.id = 'corner'
  const host = app.runWithContext(useSyncHost)
  const place = document.createElement('div')
  corner.attachShadow({ mode: 'open' }).append(place)
  createApp({ render: () => h(SyncShare, { host }) }).mount(place)
}
