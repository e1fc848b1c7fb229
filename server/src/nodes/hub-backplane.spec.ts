import { createHub, createHubBackplane, createSyncServer } from '../index.ts'
import { describeNodes } from '../../test/nodes-suite.ts'

describeNodes('in one process', async () => {
  const hub = createHub()
  const servers = [0, 1, 2].map(() =>
    createSyncServer({
      port: 0,
      host: '127.0.0.1',
      hostKey: 'host-key',
      viewerKey: 'viewer-key',
      admin: true,
      backplane: createHubBackplane({ hub, interval: 200 }),
    }),
  )
  await Promise.all(servers.map((server) => server.start()))
  return { servers, stop: async () => void (await Promise.all(servers.map((s) => s.stop()))) }
})
