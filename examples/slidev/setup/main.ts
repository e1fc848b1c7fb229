import type { App } from 'vue'
import { syncPlugin } from '@vue-sync/vue/host'
import { syncViewer } from '@vue-sync/vue/viewer'
import { connection } from '../src/state.ts'

/** Connects to the relay. Slidev calls this once, before the app is mounted. */
// oxlint-disable-next-line import/no-default-export -- Slidev loads it
export default function setUpApp({ app }: { app: App }): void {
  if (!connection) return
  const { url } = connection
  if (connection.role === 'presenter') app.use(syncPlugin, { url, key: connection.key })
  else app.use(syncViewer, { url })
}
