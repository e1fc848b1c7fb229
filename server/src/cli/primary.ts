import { tellMachine, tellPerson } from './announcement.ts'
import type { CliRequest } from './cli-options.ts'
import { createDiskStore } from '../storage/disk-store.ts'
import { createHub } from '../nodes/hub.ts'
import { generateKey } from '../core/access/keys.ts'
import type { Log } from '../operate/log.ts'
import { checkOptions } from '../check-options.ts'
import { UsageError } from '../core/usage-error.ts'
import type { Totals } from '../core/totals.ts'
import { createWorkers } from './workers.ts'

export interface Primary {
  drain: () => Promise<void>
  /** Of each process. */
  totals: () => Promise<Totals[]>
}

/** Several processes that serve one port. @throws UsageError in one line */
export async function runPrimary(request: CliRequest, log: Log): Promise<Primary> {
  const { workers: count, json, options } = request
  const { open, persist, redis } = options
  const hostKey = options.hostKey ?? generateKey()
  const viewerKey = options.viewerKey ?? (open ? undefined : generateKey())
  // Here once, and not in each of them.
  checkOptions({ ...options, hostKey, ...(viewerKey !== undefined && { viewerKey }) })

  const warn = (text: string): void => log('warn', text)
  const disk = persist === undefined ? undefined : createDiskStore({ dir: persist, warn })
  const hub = redis === undefined ? createHub({ onChange: disk?.scheduleWrite }) : undefined
  if (disk && hub) for (const [session, kept] of await disk.load()) hub.restore(session, kept)

  const workers = createWorkers({
    count,
    hub,
    env: {
      VUE_SYNC_HOST_KEY: hostKey,
      ...(viewerKey !== undefined && { VUE_SYNC_VIEWER_KEY: viewerKey }),
    },
    onLog: ({ level, text, details }) => log(level, text, details),
  })
  try {
    const { announcement } = await workers.start()
    if (json) tellMachine(log, announcement, options)
    else tellPerson(announcement)
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
