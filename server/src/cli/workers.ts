import cluster, { type Worker } from 'node:cluster'
import process from 'node:process'
import type { Announcement } from './announcement.ts'
import {
  type Channel,
  createClusterBackplane,
  serveHub,
} from '../nodes/cluster/cluster-backplane.ts'
import type { Backplane } from '../core/shared/backplane.ts'
import type { Hub } from '../nodes/hub.ts'
import {
  createRollCall,
  joinRollCall,
  type RollCall,
  type RollCallMember,
} from '../operate/roll-call.ts'

/** What a worker tells its primary of itself. */
export type WorkerReport =
  | { vueSync: 'listening'; announcement: Announcement }
  /** In one line, why it ends. */
  | { vueSync: 'failed'; problem: string }
  | { vueSync: 'log'; level: 'info' | 'warn' | 'error'; text: string; details?: object }

type Started = Extract<WorkerReport, { vueSync: 'listening' | 'failed' }>
type Listening = Extract<WorkerReport, { vueSync: 'listening' }>

const DRAIN = 'vue-sync drain'
/** A worker that ends sooner than this after its start would do so again. */
const SOON_MS = 2000

/** Another primary may have started this process: as one of its own workers, as PM2 does. */
const MARK = 'VUE_SYNC_WORKER'

/** Whether this process is one of several that serve one port. */
export const isWorker = cluster.isWorker && process.env[MARK] === '1'

const ownChannel: Channel = {
  send: (message) => void process.send?.(message),
  listen(listener) {
    process.on('message', listener)
    return () => process.off('message', listener)
  },
}

/** In a worker: what it shares with the others. */
export function workerBackplane(): Backplane {
  return createClusterBackplane({ channel: ownChannel })
}

/** In a worker: asks the others, and answers them. */
export function workerRollCall(): RollCallMember {
  return joinRollCall(ownChannel)
}

/** In a worker: tells the primary. */
export function report(message: WorkerReport): void {
  process.send?.(message)
}

/** In a worker: called once, when the primary wants it to end, or is gone. */
export function onDrain(drain: () => void): void {
  let called = false
  const once = (): void => {
    if (!called) drain()
    called = true
  }
  process.on('message', (message) => message === DRAIN && once())
  process.on('disconnect', once)
  // Ctrl-C goes to all processes of a terminal: the primary's word counts.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
}

export interface WorkersOptions {
  count: number
  /** Set in each of them. */
  env: Record<string, string>
  /** What they share. @default they share something else */
  hub: Hub | undefined
  onLog: (report: Extract<WorkerReport, { vueSync: 'log' }>) => void
}

export interface Workers {
  /** What the first says of itself once it listens. @throws Error with why it does not */
  start: () => Promise<Listening>
  /** What all of them say. */
  askAll: RollCall['askAll']
  /** Resolves when all have ended. */
  drain: () => Promise<void>
}

/** In the primary: processes that serve one port, and are started anew when they end. */
export function createWorkers({ count, env, hub, onLog }: WorkersOptions): Workers {
  const running = new Set<Worker>()
  const rollCall = createRollCall()
  let isDraining = false

  /** @param onStart told once: that it listens, or why not */
  function fork(onStart: (report: Started) => void = () => {}): void {
    const worker = cluster.fork({ ...env, [MARK]: '1' })
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
    let leaveRollCall: (() => void) | undefined
    worker.on('message', (message: WorkerReport) => {
      if (message.vueSync === 'log') onLog(message)
      if (message.vueSync === 'listening' || message.vueSync === 'failed') onStart(message)
      // Before that it has nothing to say, and nobody need wait for it.
      if (message.vueSync === 'listening') leaveRollCall ??= rollCall.add(channel)
    })
    worker.on('error', () => {})
    worker.on('exit', (code, signal) => {
      unserve()
      leaveRollCall?.()
      running.delete(worker)
      onStart({ vueSync: 'failed', problem: `A worker ended at once (${signal || code})` })
      if (isDraining) return
      const text = `A worker ended (${signal || code}) and is started anew`
      onLog({ vueSync: 'log', level: 'warn', text })
      const wait = performance.now() - began < SOON_MS ? SOON_MS : 0
      setTimeout(() => !isDraining && fork(), wait)
    })
  }

  return {
    askAll: rollCall.askAll,
    async start() {
      cluster.setupPrimary({ serialization: 'advanced' })
      // The first alone: what it cannot do, the others cannot either, and it finds the port.
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
      // Those that connect at once are to be shared among all of them.
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
