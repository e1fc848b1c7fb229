import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { useStartHint } from './use-start-hint.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start({ kiosk = true, isKnown = false } = {}) {
  const on = ref(kiosk)
  const menu = ref(false)
  const scope = effectScope()
  const shown = scope.run(() =>
    useStartHint(
      () => on.value,
      () => menu.value,
      isKnown,
    ),
  )!
  return { on, menu, shown }
}

it('is shown for 8 seconds after a kiosk has started, once', async () => {
  const { on, shown } = start()
  expect(shown.value).toBe(true)
  vi.advanceTimersByTime(7900)
  expect(shown.value).toBe(true)
  vi.advanceTimersByTime(200)
  expect(shown.value).toBe(false)
  on.value = false
  await nextTick()
  on.value = true
  await nextTick()
  expect(shown.value).toBe(false)
})

it('waits until a session is shown', async () => {
  const { on, shown } = start({ kiosk: false })
  expect(shown.value).toBe(false)
  on.value = true
  await nextTick()
  expect(shown.value).toBe(true)
})

it('goes away when a menu opens', async () => {
  const { menu, shown } = start()
  menu.value = true
  await nextTick()
  expect(shown.value).toBe(false)
})

it('is not shown after a reload', () => {
  expect(start({ isKnown: true }).shown.value).toBe(false)
})

it('is shown again on a page that was loaded again, if the kiosk is chosen in the menu', async () => {
  const { on, menu, shown } = start({ kiosk: false, isKnown: true })
  menu.value = true
  on.value = true
  await nextTick()
  menu.value = false
  await nextTick()
  expect(shown.value).toBe(true)
})
