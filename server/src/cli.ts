#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatBanner } from './banner.ts'
import { helpText, readCli, wantsJson } from './cli-options.ts'
import { createLog, type Log } from './log.ts'
import { type SyncServerOptions, UsageError } from './options.ts'
import { createSyncServer, type SyncServer } from './server.ts'
import { hasViewer } from './viewer-files.ts'

/** Where a viewer is looked for when none is named: in the package, else in this repository. */
const VIEWER_DIRS = ['../viewer', '../../apps/viewer-pwa/dist']

/** Whoever started the process waits no longer than this for its end. */
const MOST_STOPPING_MS = 5000

function findViewer(): string | undefined {
  return VIEWER_DIRS.map((dir) => fileURLToPath(new URL(dir, import.meta.url))).find(hasViewer)
}

function version(): string {
  const file = new URL('../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** Without keys: logs are read by more people than may publish and view. */
function tellMachine(log: Log, server: SyncServer, options: SyncServerOptions): void {
  log('info', 'listening', {
    port: server.getStatus().port,
    addresses: server.viewerUrls().map(({ url }) => new URL(url).origin),
  })
  const missing = [
    options.hostKey === undefined && '--host-key',
    options.viewerKey === undefined && !options.open && '--viewer-key',
  ].filter(Boolean)
  if (missing.length > 0)
    log('warn', `Keys were generated and are not logged: give ${missing.join(' and ')}`)
}

/** Runs until a signal comes. @throws UsageError for what one line can tell */
async function run(args: string[]): Promise<void> {
  const { show, json, logLevel, options } = readCli(args, process.env)
  if (show) return console.log(show === 'help' ? helpText() : version())
  if (options.viewerDir !== undefined && !hasViewer(options.viewerDir))
    throw new UsageError(
      `--viewer-dir ${options.viewerDir} has no index.html. Build the viewer first (pnpm build).`,
    )
  const viewerDir = options.viewerDir ?? findViewer()
  const log = createLog({ json, ...(logLevel && { level: logLevel }) })
  const server = createSyncServer({
    ...options,
    ...(viewerDir && { viewerDir }),
    warn: (text) => log('warn', text),
  })
  let stopping = false
  const onSignal = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    if (json) log('info', 'stopping')
    // A port that is not freed in time must not keep the process.
    setTimeout(() => process.exit(0), MOST_STOPPING_MS).unref()
    void server.drain().then(() => process.exit(0))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)

  await server.start()
  if (json) return tellMachine(log, server, options)
  console.log(
    formatBanner({
      viewerUrls: server.viewerUrls(),
      hostKey: server.hostKey,
      pairCode: server.pairCode(),
      authority: server.authority(),
    }),
  )
  if (!viewerDir)
    console.log('  No viewer app found: only the socket is served. See --viewer-dir.\n')
}

const args = process.argv.slice(2)
run(args).catch((error: unknown) => {
  const text = error instanceof UsageError ? error.message : error
  // What ends the process is said at any level.
  if (wantsJson(args, process.env))
    createLog({ json: true })('error', String(error instanceof Error ? error.message : error))
  else console.error(text)
  process.exit(1)
})
