import { type Client, type ClientOptions, connect } from './client.ts'
import { createSyncServer, type SyncServer } from '../src/server.ts'
import type { SyncServerOptions } from '../src/server-options.ts'
import { freePort } from './free-port.ts'

/** A relay that a test can stop and start again at the same port, as if its process ended. */
export interface TreeNode {
  server: SyncServer
  port: number
  /** Its warnings. */
  warnings: string[]
  /** Its viewer link. */
  link: string
  restart: () => Promise<void>
  stop: () => Promise<void>
}

export const TREE_KEYS = { hostKey: 'host-key-of-the-tree', viewerKey: 'viewer-key-of-the-tree' }
/** Short waits, so that a test sees the next dial soon. */
const QUICK = { interval: 200, backoff: { first: 100, max: 300 } }

/** Starts a relay on loopback that may follow another one. */
export async function startNode(
  options: SyncServerOptions = {},
  { interval = QUICK.interval } = {},
): Promise<TreeNode> {
  const warnings: string[] = []
  const port = options.port ?? (await freePort())
  const create = (): SyncServer =>
    createSyncServer(
      {
        host: '127.0.0.1',
        heartbeat: 500,
        ...TREE_KEYS,
        ...options,
        port,
        warn: (text) => void warnings.push(text),
      },
      { upstream: { ...QUICK, interval } },
    )
  const node: TreeNode = {
    server: create(),
    port,
    warnings,
    link: `http://127.0.0.1:${port}/#k=${options.viewerKey ?? TREE_KEYS.viewerKey}`,
    async restart() {
      await node.server.stop()
      node.server = create()
      await node.server.start()
    },
    stop: () => node.server.stop(),
  }
  await node.server.start()
  return node
}

/** Relays and clients of one test. */
export interface Tree {
  start: (options?: SyncServerOptions) => Promise<TreeNode>
  /** Starts a relay that follows another one. */
  follow: (above: TreeNode, options?: SyncServerOptions) => Promise<TreeNode>
  dial: (node: TreeNode, role: 'host' | 'viewer', options?: ClientOptions) => Promise<Client>
  /** Stops everything. */
  clear: () => Promise<void>
}

export function createTree(): Tree {
  const nodes: TreeNode[] = []
  const clients: Client[] = []
  async function start(options: SyncServerOptions = {}): Promise<TreeNode> {
    const node = await startNode(options)
    nodes.push(node)
    return node
  }
  return {
    start,
    follow: (above, options) => start({ upstream: { url: above.link }, ...options }),
    async dial({ server }, role, options) {
      const client = await connect(server, role, options)
      clients.push(client)
      return client
    },
    async clear() {
      for (const { socket } of clients.splice(0)) socket.terminate()
      await Promise.all(nodes.splice(0).map((node) => node.stop()))
    },
  }
}
