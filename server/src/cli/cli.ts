#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { checkOptions } from '../check-options.ts'
import { keyProblems } from '../core/access/key-strength.ts'
import { UsageError } from '../core/usage-error.ts'
import { includedViewer } from '../http/included-viewer.ts'
import { hasViewer } from '../http/viewer-files.ts'
import { createLog, toConsole } from '../operate/log.ts'
import type { SyncServerOptions } from '../server-options.ts'
import { createColors } from './screen/colors.ts'
import { conformanceCommand } from './conformance/conformance-command.ts'
import { throwWithGivenNames, withGivenNames } from './options/given-names.ts'
import { helpText } from './options/help.ts'
import { startInteractive } from './terminal/interactive.ts'
import { hasKeyboard, isInForeground } from './terminal/keyboard.ts'
import { wantsLiveLine } from './terminal/live-line.ts'
import { type CliRequest, readCli, wantsJson } from './options/read-cli.ts'
import { recordCommand } from './recordings/record-command.ts'
import { readReplayRequest, type ReplayRequest } from './recordings/recording-requests.ts'
import { prepareReplay } from './recordings/replay-command.ts'
import { runAsWorker, startAlone, startWorkers } from './start-relay.ts'
import { logStartupReport, printStartupReport, screenContent } from './screen/startup-report.ts'
import { withStoredKeys } from './keys/stored-keys.ts'
import { createTerminalLine } from './terminal/terminal-line.ts'
import { isWorker, sendToPrimary } from './processes/worker-process.ts'

function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

function withViewer(options: SyncServerOptions): SyncServerOptions {
  if (options.viewerDir !== undefined && !hasViewer(options.viewerDir))
    throw new UsageError(
      `--viewer-dir ${options.viewerDir} has no index.html. Give the folder of a built viewer, or leave the flag out to serve the included one.`,
    )
  const viewerDir = options.viewerDir ?? includedViewer()
  return { ...options, ...(viewerDir && { viewerDir }) }
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
  if (isWorker) return runAsWorker({ ...request, options: withViewer(request.options) })
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
  if (request.options.upstream && (workers !== 1 || played))
    throw new UsageError(
      played
        ? `replay and ${nameOf('upstream')} exclude each other: a relay that follows another one publishes nothing.`
        : `${nameOf('upstream')} needs ${nameOf('workers')} 1. To use several cores, start several relays that follow the same one.`,
    )
  const replay = played && (await prepareReplay(played, (text) => log('info', text)))
  const given = withViewer(replay ? replay.withOptions(request.options) : request.options)
  checkOptions(given, nameOf)
  for (const problem of keyProblems(given, nameOf)) warn(problem)
  const { options, stored } = await withStoredKeys(given, { renew: request.newKeys, warn })
  const started = await (workers === 1 ? startAlone : startWorkers)({ ...request, options }, log)
  await stored?.commit()
  const banner = {
    ...started.report.banner,
    version: version(),
    keysFile: stored?.file,
    // A recording is its own host, so nobody needs the key.
    ...(replay && { hostKey: undefined }),
  }
  const report = { ...started.report, banner }
  if (json) logStartupReport(log, report, given)
  else if (!line) printStartupReport(report)
  else {
    // In the background of a shell, the screen appears after `fg` only. Without a keyboard, nobody can ask for the
    // addresses that the screen leaves out.
    if (!isInForeground()) printStartupReport(report)
    else if (!hasKeyboard()) printStartupReport(report, { hasCode: false })
    const content = screenContent(report)
    process.once('exit', startInteractive({ ...started, content, line, colors: createColors() }))
  }
  // Logs contain no keys.
  await replay?.into(started.server!, options, { showsKeys: !json })
}

/** Stdout may be the recording. */
const printAside = (text: string): void => console.error(text)

/** @throws UsageError for mistakes that one line explains */
async function run(args: string[]): Promise<void> {
  const [command, ...rest] = args
  if (command !== 'record' && command !== 'replay' && command !== 'conformance')
    return runRelay(args)
  if (rest.includes('--help')) return console.log(helpText())
  if (command === 'conformance') {
    const isConforming = await conformanceCommand(rest, process.env, {
      print: (text) => console.log(text),
      printAside,
    })
    if (!isConforming) process.exitCode = 1
    return
  }
  if (command === 'record') return recordCommand(rest, process.env, printAside)
  const request = readReplayRequest(rest, process.env, printAside)
  if (!request.to) return runRelay(request.relayArgs, request)
  await (await prepareReplay(request, printAside)).to(request.to)
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
