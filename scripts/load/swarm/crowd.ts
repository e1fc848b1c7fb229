import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import type { Position, SyncAddress } from '@vue-sync/vue/protocol'
import type { CrowdFigures, CrowdOptions, CrowdOrder } from './crowd-thread.ts'
import { addTally, createTally } from './tally.ts'

const THREAD = new URL('crowd-thread.ts', import.meta.url)
/** Fewer than this do not need another thread. */
const LEAST_PER_THREAD = 250
const MOST_THREADS = 8
/** An address has about 28,000 ports to dial from, and a port that was used rests for a minute. */
const MOST_PER_ADDRESS = 10_000

/** All threads together, and `busy`: the share of its time that the busiest was at work. */
export type Figures = Omit<CrowdFigures, 'active' | 'idle'> & { busy: number }

export interface Crowd {
  threads: number
  /** @param at what the host has sent */
  look: (at: Position) => Promise<Figures>
  /** From now on `busy` is measured. */
  begin: () => void
  /** Cuts all connections at once. */
  cut: () => void
  close: () => Promise<void>
}

function tell(worker: Worker, order: CrowdOrder): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  worker.postMessage(order)
}

/** Linux has all of 127.0.0.0/8 to dial from. */
function perAddress({ origin }: SyncAddress, count: number): number | undefined {
  const isLoopback = new URL(origin).hostname.startsWith('127.')
  return process.platform === 'linux' && isLoopback && count > MOST_PER_ADDRESS
    ? MOST_PER_ADDRESS
    : undefined
}

/** Viewers in threads of their own: neither the host nor a clock waits for them. */
export function openCrowd(address: SyncAddress, count: number, reconnect: boolean): Crowd {
  const wanted = Math.ceil(count / LEAST_PER_THREAD)
  // One core is the relay's.
  const threads = Math.min(wanted, MOST_THREADS, Math.max(1, availableParallelism() - 1))
  const workers = Array.from({ length: threads }, (_, index) => {
    const from = Math.floor((count * index) / threads)
    const workerData: CrowdOptions = {
      address,
      reconnect,
      from,
      count: Math.floor((count * (index + 1)) / threads) - from,
      perAddress: perAddress(address, count),
    }
    return new Worker(THREAD, { workerData })
  })
  let latest: CrowdFigures[] = []
  let start: CrowdFigures[] = []
  let looking: Promise<unknown> = Promise.resolve()

  async function lookNow(at: Position): Promise<Figures> {
    latest = await Promise.all(
      workers.map(async (worker) => {
        tell(worker, { order: 'look', at })
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
    // One after the other, as answers have no name.
    look: (at) => {
      const figures = looking.then(() => lookNow(at))
      looking = figures.catch(() => {})
      return figures
    },
    begin: () => void (start = latest),
    cut: () => {
      for (const worker of workers) tell(worker, { order: 'cut' })
    },
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  }
}
