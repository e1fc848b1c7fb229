#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { announcementOf, tellMachine, tellPerson } from './announcement.ts'
import { type CliRequest, helpText, readCli, wantsJson } from './cli-options.ts'
import { type Primary, runPrimary } from './primary.ts'
import { createLiveLine, type LiveLine } from './bottom-line.ts'
import { startLive, wantsLive } from './activity.ts'
import { createLog, type Log, toConsole } from '../operate/log.ts'
import { UsageError } from '../core/usage-error.ts'
import type { SyncServerOptions } from '../server-options.ts'
import { createSyncServer } from '../server.ts'
import type { Totals } from '../core/totals.ts'
import { hasViewer } from '../http/viewer-files.ts'
import { isWorker, onDrain, report, workerBackplane, workerRollCall } from './workers.ts'

/** Where a viewer is looked for when none is named: in the package, else in this repository. */
const VIEWER_DIRS = ['../../viewer', '../../../apps/viewer-pwa/dist']

/** Whoever started the process waits no longer than this for its end. */
const MOST_STOPPING_MS = 5000

function findViewer(): string | undefined {
  return VIEWER_DIRS.map((dir) => fileURLToPath(new URL(dir, import.meta.url))).find(hasViewer)
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

function withViewer(options: SyncServerOptions): SyncServerOptions {
  if (options.viewerDir !== undefined && !hasViewer(options.viewerDir))
    throw new UsageError(
      `--viewer-dir ${options.viewerDir} has no index.html. Build the viewer first (pnpm build).`,
    )
  const viewerDir = options.viewerDir ?? findViewer()
  return { ...options, ...(viewerDir && { viewerDir }) }
}

/** A port that is not freed in time must not keep the process. */
function endAfter(drain: () => Promise<void>): void {
  setTimeout(() => process.exit(0), MOST_STOPPING_MS).unref()
  void drain().then(() => process.exit(0))
}

/** Ends on a signal, and at once on a second one. */
function onSignals(log: Log, json: boolean, drain: () => Promise<void>): void {
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      if (json) log('info', 'stopping')
      endAfter(drain)
    })
}

/** What is shown of the relay while it runs; it ends with the process. */
function showLive(line: LiveLine, read: () => Promise<Totals[]>): void {
  process.once('exit', startLive({ line, read }))
}

async function runAlone({ json, options }: CliRequest, log: Log, line?: LiveLine): Promise<void> {
  const server = createSyncServer({ ...withViewer(options), warn: (text) => log('warn', text) })
  onSignals(log, json, server.drain)
  await server.start()
  const announcement = announcementOf(server, withViewer(options).viewerDir !== undefined)
  if (json) tellMachine(log, announcement, options)
  else tellPerson(announcement)
  if (line) showLive(line, async () => [server.getTotals()])
}

/** One of several: the primary says what there is to say, and when it ends. */
async function runAsWorker({ options }: CliRequest): Promise<void> {
  const { persist: _, ...rest } = withViewer(options)
  const server = createSyncServer(
    {
      ...rest,
      ...(options.redis === undefined && { backplane: workerBackplane() }),
      warn: (text) => report({ vueSync: 'log', level: 'warn', text }),
    },
    { rollCall: workerRollCall() },
  )
  onDrain(() => endAfter(server.drain))
  await server.start()
  const announcement = announcementOf(server, rest.viewerDir !== undefined)
  report({ vueSync: 'listening', announcement })
}

/** Runs until a signal comes. @throws UsageError for what one line can tell */
async function run(args: string[]): Promise<void> {
  const request = readCli(args, process.env)
  const { show, json, logLevel, workers } = request
  if (show) return console.log(show === 'help' ? helpText() : version())
  if (isWorker) return runAsWorker(request)
  const isLive = wantsLive(request, process.stdout.isTTY, process.env)
  const line = isLive ? createLiveLine(process.stdout) : undefined
  const log = createLog({
    json,
    ...(logLevel && { level: logLevel }),
    ...(line && { write: (level, text) => line.above(() => toConsole(level, text)) }),
  })
  if (workers === 1) return runAlone(request, log, line)
  let primary: Primary | undefined
  onSignals(log, json, async () => primary?.drain())
  primary = await runPrimary({ ...request, options: withViewer(request.options) }, log)
  if (line) showLive(line, primary.totals)
}

const args = process.argv.slice(2)
run(args).catch((error: unknown) => {
  const text = error instanceof UsageError ? error.message : error
  // What ends the process is said at any level.
  if (isWorker) report({ vueSync: 'failed', problem: String((error as Error).message) })
  else if (wantsJson(args, process.env))
    createLog({ json: true })('error', String(error instanceof Error ? error.message : error))
  else console.error(text)
  process.exit(1)
})
