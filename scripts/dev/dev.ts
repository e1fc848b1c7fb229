import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { createServer, type ViteDevServer } from 'vite'
import { createSyncServer, formatBanner, UsageError } from '@vue-sync/server'
import { fail } from '../fail.ts'
import { ensureViewer, ROOT, VIEWER_DIR } from '../builds.ts'

const HELP = `Usage: pnpm dev [options]

  --port VALUE       port of the relay (default: VUE_SYNC_PORT or 9876)
  --host-port VALUE  port of the demo host (default: 5173, or the next free port)
  --open             let viewers connect without a key
  --https            serve phones over TLS with a certificate from this machine's own CA
  --help             print this help`

interface DevOptions {
  port: number
  hostPort: number
  open: boolean
  https: boolean
}

function readPort(name: string, text: string): number {
  if (!/^\d{1,5}$/.test(text))
    throw new UsageError(`${name} must be a whole number, not ${JSON.stringify(text)}.`)
  return Number(text)
}

/** Returns `undefined` for `--help`. @throws UsageError with a message of one line */
function readOptions(): DevOptions | undefined {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: process.env['VUE_SYNC_PORT'] ?? '9876' },
        'host-port': { type: 'string', default: '5173' },
        open: { type: 'boolean', default: false },
        https: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return undefined
    return {
      port: readPort('--port', values.port),
      hostPort: readPort('--host-port', values['host-port']),
      open: values.open,
      https: values.https,
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. See --help.`)
  }
}

/**
 * Starts the demo host, which reads the relay's address and key from environment variables, so that no file
 * is written. It connects over loopback without TLS, so this machine's browser need not trust the CA.
 */
async function startHost(port: number, relayPort: number, hostKey: string): Promise<ViteDevServer> {
  process.env['VITE_SYNC_URL'] = `ws://127.0.0.1:${relayPort}`
  process.env['VITE_SYNC_HOST_KEY'] = hostKey
  const host = await createServer({
    root: join(ROOT, 'apps/host'),
    configFile: join(ROOT, 'apps/host/vite.config.ts'),
    logLevel: 'warn',
    clearScreen: false,
    server: { port },
  })
  return host.listen()
}

async function run(): Promise<void> {
  const options = readOptions()
  if (!options) return console.log(HELP)
  ensureViewer()
  const { port, open, https } = options
  const caDir = process.env['VUE_SYNC_CA_DIR']
  const relay = createSyncServer({
    port,
    open,
    https,
    viewerDir: VIEWER_DIR,
    ...(caDir && { caDir }),
  })
  let host: ViteDevServer | undefined

  let stopping = false
  async function stop(): Promise<void> {
    if (stopping) process.exit(1)
    stopping = true
    await Promise.all([relay.stop(), host?.close()])
    process.exit(0)
  }
  process.on('SIGINT', () => void stop())
  process.on('SIGTERM', () => void stop())

  await relay.start()
  host = await startHost(options.hostPort, relay.getStatus().port, relay.hostKey)
  const [hostUrl] = host.resolvedUrls!.local
  console.log(
    formatBanner({
      viewerUrls: relay.viewerUrls(),
      hostUrl,
      pairCode: relay.pairCode(),
      authority: relay.authority(),
      setUpUrl: relay.setUpUrl(),
      columns: process.stdout.columns,
    }),
  )
}

run().catch((error: unknown) => {
  if (error instanceof UsageError) fail(error.message.replace('[vue-sync] ', ''))
  fail(error instanceof Error ? error.message : String(error))
})
