#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { auditLine } from './audit-line.ts'
import { createStartupReport, logStartupReport, printStartupReport } from './startup-report.ts'
import { helpText } from './help.ts'
import { type CliRequest, readCli, wantsJson } from './read-cli.ts'
import { type Primary, runPrimary } from './primary.ts'
import { createTerminalLine, type TerminalLine } from './terminal-line.ts'
import { startLiveLine, wantsLiveLine } from './live-line.ts'
import { createLog, type Log, toConsole } from '../operate/log.ts'
import { keyProblems } from '../core/access/key-strength.ts'
import { UsageError } from '../core/usage-error.ts'
import type { SyncServerOptions } from '../server-options.ts'
import { createSyncServer } from '../server.ts'
import type { Totals } from '../core/totals.ts'
import { hasViewer } from '../http/viewer-files.ts'
import {
  isWorker,
  onDrain,
  sendToPrimary,
  workerBackplane,
  workerQueryMember,
} from './worker-process.ts'

/** Where the viewer app is, without `--viewer-dir`: in the package, or in this repository. */
const VIEWER_DIRS = ['../../viewer', '../../../apps/viewer-pwa/dist']

/** The process ends after this time even if connections are left. */
const MAX_STOPPING_MS = 5000

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

/** Ends the process once `drain` is done, or has taken too long. */
function endAfter(drain: () => Promise<void>): void {
  setTimeout(() => process.exit(0), MAX_STOPPING_MS).unref()
  void drain().then(() => process.exit(0))
}

/** Drains on the first signal, and ends at once on the second. */
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

/** Shows the live line until the process ends. */
function showLive(line: TerminalLine, read: () => Promise<Totals[]>): void {
  process.once('exit', startLiveLine({ line, read }))
}

async function runAlone(
  { json, options }: CliRequest,
  log: Log,
  line?: TerminalLine,
): Promise<void> {
  const server = createSyncServer({
    ...withViewer(options),
    audit: (event) => log(...auditLine(event)),
    warn: (text) => log('warn', text),
  })
  onSignals(log, json, server.drain)
  await server.start()
  const report = createStartupReport(server, withViewer(options).viewerDir !== undefined)
  if (json) logStartupReport(log, report, options)
  else printStartupReport(report)
  if (line) showLive(line, async () => [server.getTotals()])
}

/** Runs one of several workers. The primary prints and logs for it, and decides when it ends. */
async function runAsWorker({ options }: CliRequest): Promise<void> {
  const { persist: _, ...rest } = withViewer(options)
  const known = new Set(keyProblems(options))
  const server = createSyncServer(
    {
      ...rest,
      ...(options.redis === undefined && { backplane: workerBackplane() }),
      audit(event) {
        const [level, text, details] = auditLine(event)
        sendToPrimary({ vueSync: 'log', level, text, details })
      },
      // The primary has warned about the keys, once for all workers.
      warn: (text) => known.has(text) || sendToPrimary({ vueSync: 'log', level: 'warn', text }),
    },
    { workerQueries: workerQueryMember() },
  )
  onDrain(() => endAfter(server.drain))
  await server.start()
  const report = createStartupReport(server, rest.viewerDir !== undefined)
  sendToPrimary({ vueSync: 'listening', report })
}

/** Runs until a signal arrives. @throws UsageError for mistakes that one line explains */
async function run(args: string[]): Promise<void> {
  const request = readCli(args, process.env, isWorker)
  const { show, json, logLevel, workers } = request
  if (show) return console.log(show === 'help' ? helpText() : version())
  if (isWorker) return runAsWorker(request)
  const isLive = wantsLiveLine(request, process.stdout.isTTY, process.env)
  const line = isLive ? createTerminalLine(process.stdout) : undefined
  const log = createLog({
    json,
    ...(logLevel && { level: logLevel }),
    ...(line && { write: (level, text) => line.above(() => toConsole(level, text)) }),
  })
  for (const text of request.warnings) log('warn', text)
  if (workers === 1) return runAlone(request, log, line)
  let primary: Primary | undefined
  onSignals(log, json, async () => primary?.drain())
  primary = await runPrimary({ ...request, options: withViewer(request.options) }, log)
  if (line) showLive(line, primary.totals)
}

const args = process.argv.slice(2)
run(args).catch((error: unknown) => {
  const text = error instanceof UsageError ? error.message : error
  // Printed at every log level: it is the reason why the process ends.
  if (isWorker) sendToPrimary({ vueSync: 'failed', problem: String((error as Error).message) })
  else if (wantsJson(args, process.env))
    createLog({ json: true })('error', String(error instanceof Error ? error.message : error))
  else console.error(text)
  process.exit(1)
})
