import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { PairingProblem } from '../pairing.ts'
import { useReadCodes } from './use-read-codes.ts'

const silent = new PairingProblem(() => 'silent')

describe('the codes that the camera reads', () => {
  let scope = effectScope()
  beforeEach(() => {
    scope = effectScope()
    vi.useFakeTimers()
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  function create(find: (text: string) => Promise<string>) {
    const opened: string[] = []
    const tried: string[] = []
    const { problem, read } = scope.run(() =>
      useReadCodes(
        (text) => {
          tried.push(text)
          return find(text)
        },
        (link) => opened.push(link),
      ),
    )!
    return {
      opened,
      tried,
      problem,
      /** Keeps the code in view, as the camera reports it. */
      async show(text: string, ms: number) {
        for (let at = 0; at < ms; at += 150) {
          read(text)
          await vi.advanceTimersByTimeAsync(150)
        }
      },
    }
  }

  it('opens a code once, however often the camera reports it', async () => {
    const { opened, tried, show } = create(async (text) => text)
    await show('a', 1000)
    expect([opened, tried]).toEqual([['a'], ['a']])
  })

  it('tries a code again while it stays in view, because its relay may have been started', async () => {
    let isUp = false
    const { opened, tried, problem, show } = create(async (text) => {
      if (!isUp) throw silent
      return text
    })
    await show('a', 2000)
    expect([problem.value, tried.length]).toEqual([silent, 1])
    isUp = true
    await show('a', 3000)
    expect(opened).toEqual(['a'])
  })

  it('shows a problem until the camera points elsewhere for two seconds', async () => {
    const { problem, show } = create(() => Promise.reject(silent))
    await show('a', 300)
    await vi.advanceTimersByTimeAsync(1000)
    expect(problem.value).toBe(silent)
    await vi.advanceTimersByTimeAsync(1000)
    expect(problem.value).toBeUndefined()
  })

  it('opens nothing after the scanner was closed', async () => {
    const { opened, show } = create(
      (text) => new Promise((resolve) => setTimeout(() => resolve(text), 4000)),
    )
    await show('a', 300)
    scope.stop()
    await vi.advanceTimersByTimeAsync(5000)
    expect(opened).toEqual([])
  })
})
