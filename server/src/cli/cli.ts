#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { auditLine } from './audit-line.ts'
import { throwWithGivenNames, withGivenNames } from './given-names.ts'
import {
  createStartupReport,
  linksOf,
  logStartupReport,
  printStartupReport,
  screenContent,
  type StartupReport,
} from './startup-report.ts'
import { helpText } from './help.ts'
import { type CliRequest, readCli, wantsJson } from './read-cli.ts'
import { recordCommand } from './record-command.ts'
import { readReplayRequest, type ReplayRequest } from './recording-requests.ts'
import { prepareReplay } from './replay-command.ts'
import { type Primary, runPrimary } from './primary.ts'
import { createColors } from './colors.ts'
import { type InteractiveOptions, startInteractive } from './interactive.ts'
import { hasKeyboard, isInForeground } from './keyboard.ts'
import { createTerminalLine } from './terminal-line.ts'
import { wantsLiveLine } from './live-line.ts'
import { withStoredKeys } from './stored-keys.ts'
import { checkOptions } from '../check-options.ts'
import { createLog, type Log, toConsole } from '../operate/log.ts'
import { keyProblems } from '../core/access/key-strength.ts'
import { UsageError } from '../core/usage-error.ts'
import type { SyncServerOptions } from '../server-options.ts'
import { createSyncServer, type SyncServer } from '../server.ts'
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
      `--viewer-dir ${options.viewerDir} has no index.html. Give the folder of a built viewer, or leave the flag out to serve the included one.`,
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

/** What a relay of one or several processes gives to the terminal. */
interface Started extends Pick<InteractiveOptions, 'links' | 'totals' | 'newCode'> {
  report: StartupReport
  /** `undefined` with several workers. */
  server?: SyncServer
}

async function startAlone({ json, options, nameOf }: CliRequest, log: Log): Promise<Started> {
  const known = new Set(keyProblems(options))
  const server = createSyncServer({
    ...options,
    audit: (event) => log(...auditLine(event)),
    // The command has warned about the keys, by the names of their flags.
    warn: (text) => known.has(text) || log('warn', withGivenNames(text, nameOf)),
  })
  onSignals(log, json, server.drain)
  await server.start()
  return {
    server,
    report: createStartupReport(server, options),
    links: async () => linksOf(server),
    totals: async () => [server.getTotals()],
    async newCode() {
      server.newPairCode()
      return linksOf(server)
    },
  }
}

async function startWorkers(request: CliRequest, log: Log): Promise<Started> {
  let primary: Primary | undefined
  onSignals(log, request.json, async () => primary?.drain())
  primary = await runPrimary(request, log)
  return primary
}

/** Runs one of several workers. The primary prints and logs for it, and decides when it ends. */
async function runAsWorker({ options, nameOf }: CliRequest): Promise<void> {
  const { persist: _, ...rest } = withViewer(options)
  const workerQueries = workerQueryMember()
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
      warn: (text) =>
        known.has(text) ||
        sendToPrimary({ vueSync: 'log', level: 'warn', text: withGivenNames(text, nameOf) }),
    },
    { workerQueries },
  )
  workerQueries.answer('links', async () => linksOf(server))
  workerQueries.answer('newCode', async () => {
    server.newPairCode()
    return linksOf(server)
  })
  onDrain(() => endAfter(server.drain))
  await server.start()
  const report = createStartupReport(server, rest)
  sendToPrimary({ vueSync: 'listening', report })
}

/**
 * Runs the relay until a signal arrives.
 *
 * @param played a recording that this relay plays
 * @throws UsageError for mistakes that one line explains
 */
async function runRelay(args: string[], played?: ReplayRequest): Promise<void> {
  const request = readCli(args, process.env, isWorker)
  const { show } = request
  if (show) return console.log(show === 'help' ? helpText() : version())
  if (isWorker) return runAsWorker(request)
  await runForTerminal(request, played).catch((error) => throwWithGivenNames(error, request.nameOf))
}

/** Starts the relay, and shows what the terminal or a log needs. @throws UsageError as `run` does */
async function runForTerminal(request: CliRequest, played?: ReplayRequest): Promise<void> {
  const { json, logLevel, workers, nameOf } = request
  const isLive = wantsLiveLine(request, process.stdout.isTTY, process.env)
  const line = isLive ? createTerminalLine(process.stdout) : undefined
  const log = createLog({
    json,
    ...(logLevel && { level: logLevel }),
    ...(line && { write: (level, text) => line.above(() => toConsole(level, text)) }),
  })
  const warn = (text: string): void => log('warn', withGivenNames(text, nameOf))
  for (const text of request.warnings) warn(text)
  if (played && workers !== 1) throw new UsageError('replay needs --workers 1.')
  const replay = played && (await prepareReplay(played, (text) => log('info', text)))
  const given = withViewer(replay ? replay.withOptions(request.options) : request.options)
  checkOptions(given, nameOf)
  for (const problem of keyProblems(given, nameOf)) warn(problem)
  const { options, stored } = await withStoredKeys(given, { renew: request.newKeys, warn })
  const started = await (workers === 1 ? startAlone : startWorkers)({ ...request, options }, log)
  await stored?.commit()
  const { report } = started
  report.banner = { ...report.banner, version: version(), keysFile: stored?.file }
  if (json) logStartupReport(log, report, given)
  else if (!line) printStartupReport(report)
  else {
    // A shell runs the command in the background, so nothing is redrawn or read for now.
    if (!isInForeground() || !hasKeyboard()) printStartupReport(report)
    const content = screenContent(report, version())
    process.once('exit', startInteractive({ ...started, content, line, colors: createColors() }))
  }
  await replay?.into(started.server!, options)
}

/** Stdout may be the recording. */
const print = (text: string): void => console.error(text)

/** @throws UsageError for mistakes that one line explains */
async function run(args: string[]): Promise<void> {
  const [command, ...rest] = args
  if (command !== 'record' && command !== 'replay') return runRelay(args)
  if (rest.includes('--help')) return console.log(helpText())
  if (command === 'record') return recordCommand(rest, process.env, print)
  const request = readReplayRequest(rest, process.env, print)
  if (!request.to) return runRelay(request.relayArgs, request)
  await (await prepareReplay(request, print)).to(request.to)
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
