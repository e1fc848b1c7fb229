import cluster, { type Worker } from 'node:cluster'
import { type Channel, serveHub } from '../../nodes/cluster/cluster-backplane.ts'
import type { Hub } from '../../nodes/hub.ts'
import { createWorkerQueries, type WorkerQueries } from '../../operate/worker-queries.ts'
import { DRAIN, WORKER_VARIABLE, type WorkerMessage } from './worker-process.ts'

type Started = Extract<WorkerMessage, { vueSync: 'listening' | 'failed' }>
type Listening = Extract<WorkerMessage, { vueSync: 'listening' }>

/** A worker that ends sooner than this after its start is not restarted at once: it would end again. */
const SOON_MS = 2000

export interface WorkersOptions {
  count: number
  /** Environment variables for each worker. */
  env: Record<string, string>
  /** Connects the workers' sessions. @default none: another backplane does */
  hub: Hub | undefined
  onLog: (message: Extract<WorkerMessage, { vueSync: 'log' }>) => void
}

export interface Workers {
  /** Resolves once all workers have started, with what the first one reported. @throws Error why it does not listen */
  start: () => Promise<Listening>
  askAll: WorkerQueries['askAll']
  /** Resolves when all workers have ended. */
  drain: () => Promise<void>
}

/** Starts processes that serve one port, and restarts each that ends. For the primary process. */
export function createWorkers({ count, env, hub, onLog }: WorkersOptions): Workers {
  const running = new Set<Worker>()
  const queries = createWorkerQueries()
  let isDraining = false

  /** @param onStart called once, when the worker listens or has ended before */
  function fork(onStart: (message: Started) => void = () => {}): void {
    let hasStarted = false
    const started = (message: Started): void => {
      if (!hasStarted) onStart(message)
      hasStarted = true
    }
    const worker = cluster.fork({ ...env, [WORKER_VARIABLE]: '1' })
    const began = performance.now()
    running.add(worker)
    const channel: Channel = {
      send: (message) => void (worker.isConnected() && worker.send(message)),
      listen(listener) {
        worker.on('message', listener)
        return () => worker.off('message', listener)
      },
    }
    const unserve = hub ? serveHub(hub, channel) : () => {}
    let leaveQueries: (() => void) | undefined
    worker.on('message', (message: WorkerMessage) => {
      if (message.vueSync === 'log') onLog(message)
      if (message.vueSync === 'listening' || message.vueSync === 'failed') started(message)
      // A worker that does not listen yet has no answers, and a query would wait for it.
      if (message.vueSync === 'listening') leaveQueries ??= queries.add(channel)
    })
    worker.on('error', () => {})
    worker.on('exit', (code, signal) => {
      unserve()
      leaveQueries?.()
      running.delete(worker)
      started({ vueSync: 'failed', problem: `A worker ended at startup (${signal || code})` })
      if (isDraining) return
      const text = `A worker ended (${signal || code}) and is restarted`
      onLog({ vueSync: 'log', level: 'warn', text })
      const wait = performance.now() - began < SOON_MS ? SOON_MS : 0
      setTimeout(() => !isDraining && fork(), wait)
    })
  }

  return {
    askAll: queries.askAll,
    async start() {
      cluster.setupPrimary({ serialization: 'advanced' })
      // Only one at first: it picks the port, and a problem that stops it would stop the others too.
      const first = await new Promise<Listening>((resolve, reject) => {
        fork((message) => {
          if (message.vueSync === 'listening') return resolve(message)
          isDraining = true
          reject(new Error(message.problem))
        })
      })
      const others = Array.from(
        { length: count - 1 },
        () => new Promise<void>((resolve) => fork(() => resolve())),
      )
      // Clients that connect at once are then spread over all workers.
      await Promise.all(others)
      return first
    },
    async drain() {
      isDraining = true
      await Promise.all(
        [...running].map((worker) => {
          const ended = new Promise((resolve) => worker.once('exit', resolve))
          if (worker.isConnected()) worker.send(DRAIN)
          return ended
        }),
      )
    },
  }
}
