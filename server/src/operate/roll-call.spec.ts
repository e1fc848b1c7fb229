import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Channel } from '../nodes/cluster/cluster-backplane.ts'
import { createRollCall, joinRollCall, type RollCallMember } from './roll-call.ts'

const totals = (viewers: number) => ({ sessions: [], viewers, messages: 0, bytes: 0 })

/** Both ends of a channel, as two processes have them. */
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

describe('asking all workers', () => {
  const rollCall = createRollCall()
  let first: RollCallMember
  let second: RollCallMember
  let leaves: (() => void)[]

  beforeEach(() => {
    vi.useFakeTimers()
    const pairs = [channels(), channels()]
    leaves = pairs.map(([primary]) => rollCall.add(primary))
    ;[first, second] = pairs.map(([, worker]) => joinRollCall(worker)) as [
      RollCallMember,
      RollCallMember,
    ]
    first.answer('totals', async () => totals(1))
  })
  afterEach(() => {
    for (const leave of leaves) leave()
    vi.useRealTimers()
  })

  it('gives what each of them says, whoever asks', async () => {
    second.answer('totals', async () => totals(2))
    const viewers = async ({ askAll }: Pick<RollCallMember, 'askAll'>) =>
      (await askAll('totals')).map((said) => said.viewers)
    for (const who of [rollCall, first, second]) expect(await viewers(who)).toEqual([1, 2])
  })

  it('gives no sum that lacks one that hangs', async () => {
    second.answer('totals', () => new Promise(() => {}))
    const asked = expect(first.askAll('totals')).rejects.toThrow('Not all workers answered')
    await vi.advanceTimersByTimeAsync(2000)
    await asked
  })

  it('does not wait for one that ended', async () => {
    second.answer('totals', () => new Promise(() => {}))
    const asked = first.askAll('totals')
    await vi.advanceTimersByTimeAsync(100)
    leaves[1]!()
    expect(await asked).toEqual([totals(1)])
  })
})
