import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Answer, findRelay } from './find-relay.ts'

const after = (ms: number, answer: Answer): Promise<Answer> =>
  new Promise((resolve) => setTimeout(() => resolve(answer), ms))

describe('the search for a relay', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  async function search(answers: Record<string, [ms: number, answer: Answer]>) {
    const dialled: string[] = []
    const started = Date.now()
    const result = findRelay(Object.keys(answers), (link) => {
      dialled.push(link)
      return after(...answers[link]!)
    })
    await vi.runAllTimersAsync()
    const found = await result
    return { found, dialled, started }
  }

  it('does not dial the second link when the first answers at once', async () => {
    const { found, dialled } = await search({ a: [10, 'open'], b: [10, 'open'] })
    expect(found).toEqual({ link: 'a', answer: 'open' })
    expect(dialled).toEqual(['a'])
  })

  it('takes the second link when the first fails', async () => {
    const { found } = await search({ a: [10, 'silent'], b: [10, 'locked'] })
    expect(found).toEqual({ link: 'b', answer: 'locked' })
  })

  it('dials the second link while the first does not answer', async () => {
    const { found } = await search({ a: [4000, 'silent'], b: [10, 'open'] })
    expect(found).toEqual({ link: 'b', answer: 'open' })
  })

  it('finds nothing when no link answers', async () => {
    const { found, dialled } = await search({ a: [4000, 'silent'], b: [10, 'silent'] })
    expect(found).toBeUndefined()
    expect(dialled).toEqual(['a', 'b'])
  })
})
