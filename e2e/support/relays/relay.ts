import { createSyncServer, type SyncServer, type SyncServerOptions } from '@vue-sync/server'

export const HOST_KEY = 'host-key-for-tests'
export const VIEWER_KEY = 'viewer-key-for-tests'

export type TestRelay = SyncServer & { url: string }

/** A relay on loopback; `port` 0 lets the system choose. */
export async function startRelay(port = 0, options: SyncServerOptions = {}): Promise<TestRelay> {
  const server = createSyncServer({
    port,
    host: '127.0.0.1',
    hostKey: HOST_KEY,
    // Loopback by a name that is not this machine's own, as browsers are told to resolve it.
    allowedHosts: ['lan.test'],
    ...(!options.open && { viewerKey: VIEWER_KEY }),
    ...options,
  })
  await server.start()
  return Object.assign(server, { url: `ws://127.0.0.1:${server.getStatus().port}` })
}
