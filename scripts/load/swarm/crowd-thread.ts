import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import type { Position, SyncAddress } from '@vue-sync/vue/protocol'
import { openViewers } from './open-viewers.ts'
import { PollViewer } from './poll-viewer.ts'
import { createTally, type Tally } from './tally.ts'
import { SwarmViewer } from './viewer.ts'

/** How viewers get the messages: a WebSocket, or long polling over HTTP. */
export type Transport = 'socket' | 'poll'

/** The `workerData` of a thread. */
export interface CrowdOptions {
  address: SyncAddress
  reconnect: boolean
  transport: Transport
  /** Index of the thread's first viewer among all viewers. */
  from: number
  count: number
  /** Viewers per local loopback address. @default the system chooses the address */
  perAddress?: number | undefined
}

export type CrowdOrder = { order: 'report'; at: Position } | { order: 'cut' }

/** The answer to `report`. */
export interface CrowdFigures {
  tally: Tally
  /** Viewers whose first dial has ended. */
  dialled: number
  open: number
  /** Open viewers that lack messages. */
  behind: number
  /** Messages that open viewers lack, in total. */
  missing: number
  /** Messages that reconnecting viewers lack, in total. */
  awaited: number
  /** Milliseconds in which the thread was busy since its start. */
  active: number
  /** Milliseconds in which the thread was idle since its start. */
  idle: number
}

const { address, reconnect, transport, from, count, perAddress } = workerData as CrowdOptions
const tally = createTally()
const Viewer = transport === 'poll' ? PollViewer : SwarmViewer
const viewers: (SwarmViewer | PollViewer)[] = []

function countFigures(at: Position): CrowdFigures {
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
  if (message.order === 'report') return parentPort!.postMessage(countFigures(message.at))
  for (const viewer of viewers) viewer.cut()
})
await openViewers(
  count,
  (index) =>
    new Viewer(tally, {
      address,
      reconnect,
      ...(perAddress && { localAddress: `127.0.0.${1 + Math.floor((from + index) / perAddress)}` }),
    }),
  viewers,
)
