import { H3, serve } from 'h3'
import nodeAdapter from 'crossws/adapters/node'
import {
  formatLink,
  type RelayStatus,
  readSession,
  type StateMessage,
  type ViewerUrl,
} from 'vue-sync/protocol'
import { reachableAddresses } from './addresses.ts'
import { generateKey } from './keys.ts'
import { encodeFramed, toNodePeer } from './node-frames.ts'
import { checkOptions, SERVER_DEFAULTS, type SyncServerOptions, UsageError } from './options.ts'
import { createRelay } from './relay.ts'
import { serveViewer } from './viewer-files.ts'

export type SyncServerStatus = Pick<RelayStatus, 'running' | 'port' | 'localIp' | 'clientCount'>

export interface SyncServer {
  readonly hostKey: string
  /** `undefined` when viewers need none. */
  readonly viewerKey: string | undefined
  /** @throws UsageError when the port is taken or the address is not this machine's */
  start: () => Promise<void>
  /** Closes every connection and frees the port; `start` may follow. */
  stop: () => Promise<void>
  /** Sends a state message to the viewers of session `default`; `false` for what is not one. */
  broadcast: (message: StateMessage) => boolean
  getStatus: () => SyncServerStatus
  /** Links for viewers, LAN addresses first. */
  viewerUrls: (session?: string) => ViewerUrl[]
}

/** The largest frame a client may send. */
const MAX_PAYLOAD = 16 * 1024 * 1024
/** How long clients get to answer the close frame. */
const CLOSE_GRACE_MS = 300

const NO_VIEWER = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>vue-sync relay</title><body style="font:1rem/1.5 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem">
<h1>The relay is running</h1><p>It has no viewer to show: build one with <code>pnpm build</code>,
or point <code>--viewer-dir</code> at a built one.</p>`

/** Listening errors by what the person at the terminal can do about them. */
function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new UsageError(
        `Port ${port} is in use. Stop what uses it, or choose another with --port (0 for any).`,
      )
    case 'EACCES':
      return new UsageError(`Port ${port} needs more rights. Choose one above 1023 with --port.`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UsageError(
        `${host} is not an address of this machine. Choose another with --host.`,
      )
    default:
      return error
  }
}

/**
 * The relay on a port, with the viewer app beside it.
 *
 * @throws UsageError for an option out of range
 */
export function createSyncServer(options: SyncServerOptions = {}): SyncServer {
  checkOptions(options)
  const { port, host, open, capacity } = { ...SERVER_DEFAULTS, ...options }
  const hostKey = options.hostKey ?? generateKey()
  const viewerKey = open ? undefined : (options.viewerKey ?? generateKey())
  // oxlint-disable-next-line no-console -- the default place of warnings
  const warn = options.warn ?? ((text: string) => console.warn(`[vue-sync] ${text}`))

  let running: { port: number; close: () => Promise<void> } | undefined
  let starting: Promise<void> | undefined

  const addresses = reachableAddresses(host)
  const viewerUrls = (session = 'default'): ViewerUrl[] =>
    addresses.map(({ name, address }) => {
      const origin = `http://${address}:${running?.port ?? port}`
      return { name, url: formatLink({ origin, session, key: viewerKey }) }
    })
  const described = () => ({
    running: running !== undefined,
    port: running?.port ?? port,
    localIp: addresses[0]!.address,
  })

  const relay = createRelay({
    hostKey,
    viewerKey,
    capacity,
    encode: encodeFramed,
    toPeer: toNodePeer,
    describe: (session) => ({ ...described(), viewerUrls: viewerUrls(session) }),
    warn,
  })

  const getStatus = (): SyncServerStatus => ({ ...described(), clientCount: relay.viewerCount() })

  async function listen(): Promise<void> {
    const app = new H3()
    app.get('/status', (event) => {
      event.res.headers.set('cache-control', 'no-store')
      return getStatus()
    })
    app.all('/**', (event) => {
      const { viewerDir } = options
      const page = readSession(event.url.pathname) !== undefined
      if (viewerDir !== undefined) {
        if (page) event.url.pathname = '/'
        return serveViewer(event, viewerDir)
      }
      event.res.headers.set('content-type', page ? 'text/html; charset=utf-8' : 'text/plain')
      event.res.status = page ? 200 : 404
      return page ? NO_VIEWER : 'Not found'
    })
    const server = serve(app, {
      port,
      hostname: host,
      manual: true,
      silent: true,
      gracefulShutdown: false,
    })
    const http = server.node!.server!
    const sockets = nodeAdapter({ hooks: relay.hooks, serverOptions: { maxPayload: MAX_PAYLOAD } })
    http.on('upgrade', (request, socket, head) => {
      // Nobody listens while the keys are compared: a reset in that moment must not end the process.
      socket.on('error', () => socket.destroy())
      void sockets.handleUpgrade(request, socket, head)
    })
    try {
      await server.serve()
    } catch (error) {
      await sockets.close()
      throw explain(error as NodeJS.ErrnoException, host, port)
    }
    relay.start()
    running = {
      port: (http.address() as { port: number }).port,
      async close() {
        relay.stop()
        const closed = server.close(true)
        await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, CLOSE_GRACE_MS))])
        sockets.closeAll(undefined, undefined, true)
        await sockets.close()
        await closed
      },
    }
  }

  return {
    hostKey,
    viewerKey,
    getStatus,
    viewerUrls,
    broadcast: (message) => relay.broadcast(message),
    start() {
      starting ??= listen().catch((error: unknown) => {
        starting = undefined
        throw error
      })
      return starting
    },
    async stop() {
      await starting?.catch(() => {})
      const closing = running
      running = starting = undefined
      await closing?.close()
    },
  }
}
