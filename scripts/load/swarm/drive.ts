import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { type Payload, randomId } from '@vue-sync/vue/protocol'
import type { Figures } from './crowd.ts'
import { now } from './head.ts'

const POLL_MS = 50

/** Returns a function that makes payloads with the current time, for updates of about `size` bytes. */
export function createLoad(size: number): () => Payload {
  const empty = JSON.stringify({
    type: 'config_update',
    epoch: randomId(),
    seq: 1000,
    payload: { load: { at: now(), fill: '' } },
  })
  const fill = 'x'.repeat(Math.max(0, size - empty.length))
  return () => ({ load: { at: now(), fill } })
}

/** Polls the figures until `isDone`, until they stop changing, or for `longest` ms. Returns the last ones. */
export async function settle(
  readFigures: () => Promise<Figures>,
  isDone: (figures: Figures) => boolean,
  { quiet, longest }: { quiet: number; longest: number },
): Promise<Figures> {
  const began = performance.now()
  let figures = await readFigures()
  let changed = began
  let previous = ''
  while (!isDone(figures) && performance.now() - began < longest) {
    const { dialled, open, tally } = figures
    const current = [dialled, open, tally.bytes].join()
    if (current !== previous) changed = performance.now()
    else if (performance.now() - changed > quiet) break
    previous = current
    await wait(POLL_MS)
    figures = await readFigures()
  }
  return figures
}
