import process from 'node:process'
import { keyProblems } from '../core/access/key-strength.ts'
import type { Log } from '../operate/log.ts'
import { createSyncServer, type SyncServer } from '../server.ts'
import { auditLine } from './audit-line.ts'
import { withGivenNames } from './options/given-names.ts'
import type { InteractiveOptions } from './terminal/interactive.ts'
import { type Primary, runPrimary } from './processes/primary.ts'
import type { CliRequest } from './options/read-cli.ts'
import { createStartupReport, linksOf, type StartupReport } from './screen/startup-report.ts'
import { onStopSignal } from './processes/stop-signals.ts'
import {
  onDrain,
  sendToPrimary,
  workerBackplane,
  workerQueryMember,
} from './processes/worker-process.ts'

/** The process ends after this time even if connections are left. */
const MAX_STOPPING_MS = 5000

/** Ends the process once `drain` is done, or has taken too long. */
function endAfter(drain: () => Promise<void>): void {
  setTimeout(() => process.exit(0), MAX_STOPPING_MS).unref()
  void drain().then(() => process.exit(0))
}

function drainOnSignal(log: Log, json: boolean, drain: () => Promise<void>): void {
  onStopSignal(() => {
    if (json) log('info', 'stopping')
    endAfter(drain)
  })
}

/** What a relay of one or several processes gives to the terminal. */
export interface Started extends Pick<InteractiveOptions, 'links' | 'totals' | 'newCode'> {
  report: StartupReport
  /** `undefined` with several workers. */
  server?: SyncServer
}

/** Starts a relay in this process. @throws UsageError for mistakes that one line explains */
export async function startAlone(
  { json, options, nameOf }: CliRequest,
  log: Log,
): Promise<Started> {
  const known = new Set(keyProblems(options))
  const server = createSyncServer({
    ...options,
    audit: (event) => log(...auditLine(event)),
    // The command has warned about the keys, by the names of their flags.
    warn: (text) => known.has(text) || log('warn', withGivenNames(text, nameOf)),
  })
  drainOnSignal(log, json, server.drain)
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

/** Starts a relay of several processes. @throws UsageError as `startAlone` does */
export async function startWorkers(request: CliRequest, log: Log): Promise<Started> {
  let primary: Primary | undefined
  drainOnSignal(log, request.json, async () => primary?.drain())
  primary = await runPrimary(request, log)
  return primary
}

/** Runs one of several workers. The primary prints and logs for it, and decides when it ends. */
export async function runAsWorker({ options, nameOf }: CliRequest): Promise<void> {
  const { persist: _, ...rest } = options
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
