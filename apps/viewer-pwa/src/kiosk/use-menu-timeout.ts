import { useEventListener, useTimeoutFn } from '@vueuse/core'
import { watch } from 'vue'

/** A menu that nobody uses for this long closes. */
const UNUSED_MS = 60_000

/**
 * Closes the menu of a wall when nobody uses it. It also opens by itself, when something else ends full screen.
 *
 * @param isOpen whether a menu is open on a wall
 */
export function useMenuTimeout(isOpen: () => boolean, close: () => void): void {
  const { start, stop } = useTimeoutFn(close, UNUSED_MS, { immediate: false })
  watch(isOpen, (open) => (open ? start() : stop()), { immediate: true })
  const restart = (): void => {
    if (isOpen()) start()
  }
  useEventListener(['pointerdown', 'pointermove', 'keydown', 'wheel'], restart, { passive: true })
}
