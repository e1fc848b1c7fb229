import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import type { Position, SyncAddress } from '@vue-sync/vue/protocol'
import { openViewers } from './open-viewers.ts'
import { createTally, type Tally } from './tally.ts'
import type { SwarmViewer } from './viewer.ts'

/** What a thread is started with. */
export interface CrowdOptions {
  address: SyncAddress
  reconnect: boolean
  /** Its viewers are these of all. */
  from: number
  count: number
  /** Viewers for each address of loopback that is dialled from; none where the system chooses. */
  perAddress?: number | undefined
}

export type CrowdOrder = { order: 'look'; at: Position } | { order: 'cut' }

/** The answer to `look`. */
export interface CrowdFigures {
  tally: Tally
  /** Viewers whose first dial has ended. */
  dialled: number
  open: number
  /** Open ones that have not got all. */
  behind: number
  /** What those lack, together. */
  missing: number
  /** What those lack that dial again. */
  awaited: number
  /** Milliseconds since the thread began. */
  active: number
  idle: number
}

const { address, reconnect, from, count, perAddress } = workerData as CrowdOptions
const tally = createTally()
const viewers: SwarmViewer[] = []

function look(at: Position): CrowdFigures {
  const { active, idle } = performance.eventLoopUtilization()
  const figures = { tally, dialled: 0, open: 0, behind: 0, missing: 0, awaited: 0, active, idle }
  for (const viewer of viewers) {
    if (viewer.isDialled) figures.dialled++
    if (viewer.isOpen) figures.open++
    const missing = viewer.isGone ? 0 : viewer.missing(at)
    if (missing === 0) continue
    figures[viewer.isOpen ? 'missing' : 'awaited'] += missing
    if (viewer.isOpen) figures.behind++
  }
  return figures
}

parentPort!.on('message', (message: CrowdOrder) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  if (message.order === 'look') return parentPort!.postMessage(look(message.at))
  for (const viewer of viewers) viewer.cut()
})
await openViewers(
  count,
  tally,
  (index) => ({
    address,
    reconnect,
    ...(perAddress && { localAddress: `127.0.0.${1 + Math.floor((from + index) / perAddress)}` }),
  }),
  viewers,
)
