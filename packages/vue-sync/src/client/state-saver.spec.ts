import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { KeptState, SyncAddress } from '../protocol/index.ts'
import { createStateSaver } from './state-saver.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const STATE = {} as KeptState

function setUp() {
  let current: SyncAddress = { relay: 'http://10.0.0.1:9876', session: 'hall' }
  const saved: string[] = []
  const saver = createStateSaver(
    {
      load: async () => undefined,
      save: async ({ session }) => void saved.push(session),
    },
    () => [current, STATE],
  )
  return {
    saver,
    saved,
    async open(session: string) {
      saver.saveNow()
      current = { ...current, session }
      await saver.load(current)
    },
  }
}

it('saves the first state of a session at once, and the next ones every five seconds', async () => {
  const { saver, saved, open } = setUp()
  await open('hall')
  saver.markChanged(true)
  await vi.advanceTimersByTimeAsync(0)
  expect(saved).toEqual(['hall'])
  saver.markChanged(true)
  await vi.advanceTimersByTimeAsync(4999)
  expect(saved).toEqual(['hall'])
  await vi.advanceTimersByTimeAsync(1)
  expect(saved).toEqual(['hall', 'hall'])
})

it('saves the first state of a session at once, also right after another session', async () => {
  const { saver, saved, open } = setUp()
  await open('hall')
  saver.markChanged(true)
  await vi.advanceTimersByTimeAsync(0)
  saver.markChanged(true)
  await open('lab')
  expect(saved).toEqual(['hall', 'hall'])
  saver.markChanged(true)
  await vi.advanceTimersByTimeAsync(0)
  expect(saved).toEqual(['hall', 'hall', 'lab'])
})
