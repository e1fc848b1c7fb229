import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Channel } from '../nodes/cluster/cluster-backplane.ts'
import { createWorkerQueries, joinWorkerQueries, type WorkerQueryMember } from './worker-queries.ts'

const totals = (viewers: number) => ({ sessions: [], viewers, messages: 0, bytes: 0 })

/** Both ends of a channel between two processes. */
function channels(): [Channel, Channel] {
  const ends = [new EventEmitter(), new EventEmitter()]
  const end = (own: number): Channel => ({
    send: (message) => queueMicrotask(() => ends[1 - own]!.emit('message', message)),
    listen(listener) {
      ends[own]!.on('message', listener)
      return () => ends[own]!.off('message', listener)
    },
  })
  return [end(0), end(1)]
}

describe('querying all workers', () => {
  const workerQueries = createWorkerQueries()
  let first: WorkerQueryMember
  let second: WorkerQueryMember
  let leaves: (() => void)[]

  beforeEach(() => {
    vi.useFakeTimers()
    const pairs = [channels(), channels()]
    leaves = pairs.map(([primary]) => workerQueries.add(primary))
    ;[first, second] = pairs.map(([, worker]) => joinWorkerQueries(worker)) as [
      WorkerQueryMember,
      WorkerQueryMember,
    ]
    first.answer('totals', async () => totals(1))
  })
  afterEach(() => {
    for (const leave of leaves) leave()
    vi.useRealTimers()
  })

  it('returns the answer of each worker, to the primary and to workers', async () => {
    second.answer('totals', async () => totals(2))
    const viewers = async ({ askAll }: Pick<WorkerQueryMember, 'askAll'>) =>
      (await askAll('totals')).map((answer) => answer.viewers)
    for (const asker of [workerQueries, first, second]) expect(await viewers(asker)).toEqual([1, 2])
  })

  it('fails when a worker hangs, since a sum without it would be wrong', async () => {
    second.answer('totals', () => new Promise(() => {}))
    const asked = expect(first.askAll('totals')).rejects.toThrow('Not all workers answered')
    await vi.advanceTimersByTimeAsync(2000)
    await asked
  })

  it('does not wait for a worker that has ended', async () => {
    second.answer('totals', () => new Promise(() => {}))
    const asked = first.askAll('totals')
    await vi.advanceTimersByTimeAsync(100)
    leaves[1]!()
    expect(await asked).toEqual([totals(1)])
  })
})
