import { useEventListener, useTimeoutFn } from '@vueuse/core'

const PRESS_MS = 1000
/** A finger that moves further scrolls. */
const MOST_PIXELS = 12

/**
 * Calls `act` when a finger or the mouse rests on the page.
 *
 * @param isActive also takes the place of the browser's own menu, which would open first
 */
export function useLongPress(isActive: () => boolean, act: () => void): void {
  const { start, stop: cancel } = useTimeoutFn(act, PRESS_MS, { immediate: false })
  let from = { x: 0, y: 0 }
  useEventListener(window, 'pointerdown', ({ clientX: x, clientY: y }) => {
    cancel()
    from = { x, y }
    if (isActive()) start()
  })
  useEventListener(window, 'pointermove', ({ clientX, clientY }) => {
    if (Math.hypot(clientX - from.x, clientY - from.y) > MOST_PIXELS) cancel()
  })
  useEventListener(window, ['pointerup', 'pointercancel', 'blur'], () => cancel())
  useEventListener(window, 'contextmenu', (event) => {
    if (isActive()) event.preventDefault()
  })
}
