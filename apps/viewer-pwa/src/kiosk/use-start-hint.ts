import { useTimeoutFn } from '@vueuse/core'
import { computed, type ComputedRef, watch } from 'vue'

/** How long the hint is shown. */
const HINT_MS = 8000

/** Whether the page was loaded again. A screen that updates itself at night gets no hint. */
export function wasReloaded(): boolean {
  const [navigation] = performance.getEntriesByType('navigation')
  return (navigation as PerformanceNavigationTiming | undefined)?.type === 'reload'
}

/**
 * Whether to say how the controls of a kiosk return: for some seconds after it has started, until a menu opens. A link
 * can make a kiosk of a visitor's own phone. A screen that was loaded again shows it only after a choice in the menu.
 *
 * @param kiosk whether the controls are hidden
 * @param isMenuOpen whether the menu covers the state
 * @param isKnown whether the kiosk has started before
 */
export function useStartHint(
  kiosk: () => boolean,
  isMenuOpen: () => boolean,
  isKnown = wasReloaded(),
): ComputedRef<boolean> {
  const { isPending, start, stop } = useTimeoutFn(() => {}, HINT_MS, { immediate: false })
  let hasStarted = isKnown
  watch(
    kiosk,
    (on) => {
      // A person who chooses it in the menu is there to read the hint.
      if (!on || (hasStarted && !isMenuOpen())) return
      hasStarted = true
      start()
    },
    { immediate: true },
  )
  watch(isMenuOpen, (open) => {
    if (open) stop()
  })
  return computed(() => isPending.value && kiosk())
}
