import { createHub, createHubBackplane, createSyncServer } from '../index.ts'
import { describeNodeLimits, describeNodes, type NodeLimits } from '../../test/nodes-suite.ts'

async function startNodes(limits: NodeLimits = {}) {
  const hub = createHub({ retainedBytes: limits.retainedBytes })
  const servers = [0, 1, 2].map(() =>
    createSyncServer({
      port: 0,
      host: '127.0.0.1',
      hostKey: 'host-key',
      viewerKey: 'viewer-key',
      admin: true,
      limits,
      ...(Object.keys(limits).length > 0 && { warn: () => {} }),
      backplane: createHubBackplane({ hub, interval: 200 }),
    }),
  )
  await Promise.all(servers.map((server) => server.start()))
  return { servers, stop: async () => void (await Promise.all(servers.map((s) => s.stop()))) }
}

describeNodes('in one process', startNodes)
describeNodeLimits('in one process', startNodes)
