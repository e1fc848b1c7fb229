import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { useLongPress } from './use-long-press.ts'

describe('a long press', () => {
  let page: EventTarget
  let scope = effectScope()
  const act = vi.fn()
  const send = (type: string, x = 0) =>
    page.dispatchEvent(Object.assign(new Event(type), { clientX: x, clientY: 0 }))

  beforeEach(() => {
    page = new EventTarget()
    scope = effectScope()
    act.mockClear()
    vi.stubGlobal('window', page)
    vi.useFakeTimers()
    scope.run(() => useLongPress(() => true, act))
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('acts after a second', () => {
    send('pointerdown')
    send('pointermove', 5)
    vi.advanceTimersByTime(1000)
    expect(act).toHaveBeenCalledOnce()
  })

  it.each([
    ['the finger scrolls', () => send('pointermove', 20)],
    ['the finger leaves the screen', () => send('pointerup')],
    ['the kiosk has ended', () => scope.stop()],
  ])('does nothing when %s', (_, interrupt) => {
    send('pointerdown')
    interrupt()
    vi.advanceTimersByTime(2000)
    expect(act).not.toHaveBeenCalled()
  })
})
