import type { StartupReport } from '../screen/startup-report.ts'
import type { CliRequest } from '../options/read-cli.ts'
import { createDiskStore } from '../../storage/disk-store.ts'
import { createHub } from '../../nodes/hub.ts'
import { secretsForWorkers } from '../options/read-secrets.ts'
import { generateKey } from '../../core/access/keys.ts'
import type { Log } from '../../operate/log.ts'
import { UsageError } from '../../core/usage-error.ts'
import type { Totals } from '../../core/totals.ts'
import { createWorkers } from './workers.ts'
import type { RelayLinks } from '../../operate/worker-queries.ts'

export interface Primary {
  /** What the first worker reported. */
  report: StartupReport
  /** The current links and code of the session `default`. */
  links: () => Promise<RelayLinks>
  /** Makes another code, and withdraws the one before. */
  newCode: () => Promise<RelayLinks>
  /** Drains all workers and writes what `persist` keeps. */
  drain: () => Promise<void>
  /** The totals of each worker. */
  totals: () => Promise<Totals[]>
}

/** Runs workers that serve one port. @throws UsageError in one line */
export async function runPrimary(request: CliRequest, log: Log): Promise<Primary> {
  const { workers: count, options } = request
  const { open, persist, redis } = options
  const hostKey = options.hostKey ?? generateKey()
  const viewerKey = options.viewerKey ?? (open ? undefined : generateKey())

  const warn = (text: string): void => log('warn', text)
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
  const report = await workers.start().then(
    (started) => started.report,
    (error: unknown) => {
      throw error instanceof UsageError ? error : new UsageError((error as Error).message)
    },
  )
  let shown = report.banner.pairCode
  /** Each worker has its own code. The one on the screen stays there while it is valid. */
  async function ask(query: 'links' | 'newCode'): Promise<RelayLinks> {
    const all = await workers.askAll(query)
    const links = all.find(({ pairCode }) => pairCode === shown) ?? all[0]
    if (!links) throw new Error('No worker runs')
    shown = links.pairCode
    return links
  }
  return {
    report,
    links: () => ask('links'),
    newCode: () => ask('newCode'),
    totals: () => workers.askAll('totals'),
    async drain() {
      await workers.drain()
      await disk?.flush()
    },
  }
}
