import { logStartupReport, printStartupReport } from './startup-report.ts'
import type { CliRequest } from './read-cli.ts'
import { createDiskStore } from '../storage/disk-store.ts'
import { createHub } from '../nodes/hub.ts'
import { keyProblems } from '../core/access/key-strength.ts'
import { secretsForWorkers } from './read-secrets.ts'
import { generateKey } from '../core/access/keys.ts'
import type { Log } from '../operate/log.ts'
import { checkOptions } from '../check-options.ts'
import { UsageError } from '../core/usage-error.ts'
import type { Totals } from '../core/totals.ts'
import { createWorkers } from './workers.ts'

export interface Primary {
  /** Drains all workers and writes what `persist` keeps. */
  drain: () => Promise<void>
  /** The totals of each worker. */
  totals: () => Promise<Totals[]>
}

/** Runs workers that serve one port. @throws UsageError in one line */
export async function runPrimary(request: CliRequest, log: Log): Promise<Primary> {
  const { workers: count, json, options } = request
  const { open, persist, redis } = options
  const hostKey = options.hostKey ?? generateKey()
  const viewerKey = options.viewerKey ?? (open ? undefined : generateKey())
  // Checked here, so that a mistake is reported once and not by each worker.
  checkOptions({ ...options, hostKey, ...(viewerKey !== undefined && { viewerKey }) })

  const warn = (text: string): void => log('warn', text)
  for (const problem of keyProblems(options)) warn(problem)
  const disk = persist === undefined ? undefined : createDiskStore({ dir: persist, warn })
  const hub =
    redis === undefined
      ? createHub({
          onChange: disk?.scheduleWrite,
          storedRules: disk?.rulesOf,
          retainedBytes: options.limits?.retainedBytes,
        })
      : undefined
  if (disk && hub) for (const [session, kept] of await disk.load()) hub.restore(session, kept)

  const workers = createWorkers({
    count,
    hub,
    env: secretsForWorkers({ ...options, hostKey, ...(viewerKey !== undefined && { viewerKey }) }),
    onLog: ({ level, text, details }) => log(level, text, details),
  })
  try {
    const { report } = await workers.start()
    if (json) logStartupReport(log, report, options)
    else printStartupReport(report)
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message)
  }
  return {
    totals: () => workers.askAll('totals'),
    async drain() {
      await workers.drain()
      await disk?.flush()
    },
  }
}
