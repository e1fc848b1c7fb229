import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import type { Position, SyncAddress } from '@vue-sync/vue/protocol'
import type { CrowdFigures, CrowdOptions, CrowdOrder, Transport } from './crowd-thread.ts'
import { addTally, createTally } from './tally.ts'

const THREAD = new URL('crowd-thread.ts', import.meta.url)
/** Fewer viewers than this do not need another thread. */
const MIN_PER_THREAD = 250
const MAX_THREADS = 8
/** A local address has about 28,000 ports, and a closed connection blocks its port for a minute. */
const MAX_PER_ADDRESS = 10_000

/** Totals of all threads; `busy` is the share of time, from 0 to 1, in which the busiest thread worked. */
export type Figures = Omit<CrowdFigures, 'active' | 'idle'> & { busy: number }

export interface Crowd {
  threads: number
  /** @param at position of the last message that the host sent */
  readFigures: (at: Position) => Promise<Figures>
  /** Starts the measurement of `busy`. */
  startMeasuring: () => void
  /** Cuts all connections at once. */
  cut: () => void
  close: () => Promise<void>
}

function send(worker: Worker, order: CrowdOrder): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  worker.postMessage(order)
}

/** Linux can dial from any address in 127.0.0.0/8. */
function perAddress({ relay }: SyncAddress, count: number): number | undefined {
  const isLoopback = new URL(relay).hostname.startsWith('127.')
  return process.platform === 'linux' && isLoopback && count > MAX_PER_ADDRESS
    ? MAX_PER_ADDRESS
    : undefined
}

/** Opens viewers in separate threads, so that they do not delay the host or its clock. */
export function openCrowd(
  address: SyncAddress,
  count: number,
  { reconnect, transport = 'socket' }: { reconnect: boolean; transport?: Transport },
): Crowd {
  const wanted = Math.ceil(count / MIN_PER_THREAD)
  // One core is left for the relay.
  const threads = Math.min(wanted, MAX_THREADS, Math.max(1, availableParallelism() - 1))
  const workers = Array.from({ length: threads }, (_, index) => {
    const from = Math.floor((count * index) / threads)
    const workerData: CrowdOptions = {
      address,
      reconnect,
      transport,
      from,
      count: Math.floor((count * (index + 1)) / threads) - from,
      perAddress: perAddress(address, count),
    }
    return new Worker(THREAD, { workerData })
  })
  let latest: CrowdFigures[] = []
  let start: CrowdFigures[] = []
  let lastRead: Promise<unknown> = Promise.resolve()

  async function collectFigures(at: Position): Promise<Figures> {
    latest = await Promise.all(
      workers.map(async (worker) => {
        send(worker, { order: 'report', at })
        const [figures] = await once(worker, 'message')
        return figures as CrowdFigures
      }),
    )
    const all: Figures = {
      tally: createTally(),
      dialled: 0,
      open: 0,
      behind: 0,
      missing: 0,
      awaited: 0,
      busy: 0,
    }
    for (const [index, figures] of latest.entries()) {
      addTally(all.tally, figures.tally)
      for (const name of ['dialled', 'open', 'behind', 'missing', 'awaited'] as const)
        all[name] += figures[name]
      const active = figures.active - (start[index]?.active ?? 0)
      const idle = figures.idle - (start[index]?.idle ?? 0)
      all.busy = Math.max(all.busy, active / Math.max(1, active + idle))
    }
    return all
  }

  return {
    threads,
    // Answers carry no id, so requests run one after the other.
    readFigures: (at) => {
      const figures = lastRead.then(() => collectFigures(at))
      lastRead = figures.catch(() => {})
      return figures
    },
    startMeasuring: () => void (start = latest),
    cut: () => {
      for (const worker of workers) send(worker, { order: 'cut' })
    },
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  }
}
