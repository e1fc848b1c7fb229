import { createSyncServer, type SyncServer, type SyncServerOptions } from '@vue-sync/server'

export const HOST_KEY = 'host-key-for-tests-of-the-relay'
export const VIEWER_KEY = 'viewer-key-for-tests-of-the-relay'

export type TestRelay = SyncServer & { url: string }

/** Starts a relay on loopback. With port 0, the system chooses the port. */
export async function startRelay(port = 0, options: SyncServerOptions = {}): Promise<TestRelay> {
  const server = createSyncServer({
    port,
    host: '127.0.0.1',
    hostKey: HOST_KEY,
    // The test browsers resolve this name to loopback.
    allowedHosts: ['lan.test'],
    ...(!options.open && { viewerKey: VIEWER_KEY }),
    ...options,
  })
  await server.start()
  return Object.assign(server, { url: `ws://127.0.0.1:${server.getStatus().port}` })
}
