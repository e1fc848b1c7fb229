import cluster from 'node:cluster'
import process from 'node:process'
import type { StartupReport } from '../screen/startup-report.ts'
import { type Channel, createClusterBackplane } from '../../nodes/cluster/cluster-backplane.ts'
import type { Backplane } from '../../core/shared/backplane.ts'
import { joinWorkerQueries, type WorkerQueryMember } from '../../operate/worker-queries.ts'

/** What a worker sends to its primary. */
export type WorkerMessage =
  | { vueSync: 'listening'; report: StartupReport }
  /** The worker ends; `problem` is the reason in one line. */
  | { vueSync: 'failed'; problem: string }
  | { vueSync: 'log'; level: 'info' | 'warn' | 'error'; text: string; details?: object }

/** The message by which the primary asks a worker to drain and end. */
export const DRAIN = 'vue-sync drain'

/** Set in our own workers: a process manager such as PM2 may start the whole command as a cluster worker too. */
export const WORKER_VARIABLE = 'VUE_SYNC_WORKER'

/** Whether this process is one of several that serve one port. */
export const isWorker = cluster.isWorker && process.env[WORKER_VARIABLE] === '1'

const primaryChannel: Channel = {
  send: (message) => void process.send?.(message),
  listen(listener) {
    process.on('message', listener)
    return () => process.off('message', listener)
  },
}

/** The backplane that connects this worker to the others through the primary. */
export function workerBackplane(): Backplane {
  return createClusterBackplane({ channel: primaryChannel })
}

/** Lets this worker query all workers, and answer their queries. */
export function workerQueryMember(): WorkerQueryMember {
  return joinWorkerQueries(primaryChannel)
}

export function sendToPrimary(message: WorkerMessage): void {
  process.send?.(message)
}

/** Calls `drain` once, when the primary asks for it or has ended. */
export function onDrain(drain: () => void): void {
  let called = false
  const once = (): void => {
    if (!called) drain()
    called = true
  }
  process.on('message', (message) => message === DRAIN && once())
  process.on('disconnect', once)
  // A terminal sends Ctrl-C to all its processes; only the primary decides when a worker ends.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
}
