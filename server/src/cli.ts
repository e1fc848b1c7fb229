#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatBanner } from './banner.ts'
import { helpText, readCli } from './cli-options.ts'
import { UsageError } from './options.ts'
import { createSyncServer } from './server.ts'
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

/** Runs until a signal comes. @throws UsageError for what one line can tell */
async function run(args: string[]): Promise<void> {
  const { show, options } = readCli(args, process.env)
  if (show) return console.log(show === 'help' ? helpText() : version())
  if (options.viewerDir !== undefined && !hasViewer(options.viewerDir))
    throw new UsageError(
      `--viewer-dir ${options.viewerDir} has no index.html. Build the viewer first (pnpm build).`,
    )
  const viewerDir = options.viewerDir ?? findViewer()
  const server = createSyncServer({ ...options, ...(viewerDir && { viewerDir }) })
  let stopping = false
  const onSignal = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    // A port that is not freed in time must not keep the process.
    setTimeout(() => process.exit(0), MOST_STOPPING_MS).unref()
    void server.drain().then(() => process.exit(0))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)

  await server.start()
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

run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof UsageError ? error.message : error)
  process.exit(1)
})
