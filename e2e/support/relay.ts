import { createSyncServer, type SyncServer } from 'vue-sync-server'

export const HOST_KEY = 'host-key-for-tests'
export const VIEWER_KEY = 'viewer-key-for-tests'

/** A relay on loopback; `port` 0 lets the system choose. */
export async function startRelay(port = 0): Promise<SyncServer & { url: string }> {
  const server = createSyncServer({
    port,
    host: '127.0.0.1',
    hostKey: HOST_KEY,
    viewerKey: VIEWER_KEY,
  })
  await server.start()
  return Object.assign(server, { url: `ws://127.0.0.1:${server.getStatus().port}` })
}
