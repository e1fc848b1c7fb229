import { expect, it } from 'vitest'
import { createFrameRate } from './frame-rate.ts'

it('counts the frames of each client in each period', () => {
  let now = 0
  const rate = createFrameRate<string>({ most: 2, period: 10, now: () => now })
  const exceeds = (client: string) => rate.isExceeded(client)
  expect(['a', 'a', 'a', 'b'].map(exceeds)).toEqual([false, false, true, false])
  now = 10
  expect(['a', 'b'].map(exceeds)).toEqual([false, false])
})
