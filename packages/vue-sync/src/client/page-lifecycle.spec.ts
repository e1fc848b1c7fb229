import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { followPage } from './page-lifecycle.ts'

const callbacks = { onHide: vi.fn(), onPause: vi.fn(), onWake: vi.fn() }
let page: EventTarget & { hidden: boolean }

beforeEach(() => {
  vi.clearAllMocks()
  page = Object.assign(new EventTarget(), { hidden: false })
  vi.stubGlobal('document', page)
  vi.stubGlobal('window', page)
})
afterEach(() => vi.unstubAllGlobals())

it('keeps listening when the component unmounts whose setup called connect', () => {
  const scope = effectScope()
  const stop = scope.run(() => followPage({ pauseAfter: 1000, ...callbacks }))!
  scope.stop()
  page.dispatchEvent(new Event('online'))
  expect(callbacks.onWake).toHaveBeenCalledExactlyOnceWith(true)
  stop()
})

it.each([
  [1000, 1],
  [2 ** 31, 0],
  [Number.POSITIVE_INFINITY, 0],
])('with pauseAfter: %s, pauses %i times within an hour', (pauseAfter, times) => {
  vi.useFakeTimers()
  const stop = followPage({ pauseAfter, ...callbacks })
  page.hidden = true
  page.dispatchEvent(new Event('visibilitychange'))
  vi.advanceTimersByTime(3_600_000)
  vi.useRealTimers()
  expect(callbacks.onPause).toHaveBeenCalledTimes(times)
  stop()
})

it('listens to nothing once it is stopped', () => {
  const stop = followPage({ pauseAfter: 1000, ...callbacks })
  stop()
  for (const event of ['visibilitychange', 'freeze', 'resume', 'pagehide', 'online', 'offline'])
    page.dispatchEvent(new Event(event))
  for (const callback of Object.values(callbacks)) expect(callback).not.toHaveBeenCalled()
})
