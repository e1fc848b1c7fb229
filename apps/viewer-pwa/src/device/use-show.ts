import {
  useEventListener,
  useFullscreen,
  useMediaQuery,
  useTimeoutFn,
  useWakeLock,
} from '@vueuse/core'
import { computed, type ComputedRef, type Ref, shallowRef, watch } from 'vue'
import { createAppMemory } from './app-memory.ts'

export interface UseShowReturn {
  /** Whether this device can keep its screen on. */
  canStayAwake: Readonly<Ref<boolean>>
  /** The user's choice, which is remembered. */
  awake: Ref<boolean>
  /** Whether the app can enter or leave full screen. A browser that was started in full screen does not leave it. */
  canFill: Readonly<Ref<boolean>>
  /** Whether the page fills the screen, by the app or by the way in which the browser was started. */
  isFull: Readonly<Ref<boolean>>
  /** Full screen without a recent touch, so controls are hidden. */
  bare: ComputedRef<boolean>
  toggleFull: () => Promise<void>
}

/** Controls stay visible in full screen for this long after a touch. */
const PEEK_MS = 4000

/**
 * Keeps the screen awake and full for long viewing.
 *
 * @param kiosk keeps the screen awake without the user's choice
 */
export function useShow(kiosk: Readonly<Ref<boolean>>): UseShowReturn {
  const memory = createAppMemory('awake')
  const { isSupported: canStayAwake, request, release } = useWakeLock()
  const awake = shallowRef(memory.read() === '1')
  watch(awake, (wanted) => (wanted ? memory.write('1') : memory.forget()))
  watch(
    () => awake.value || kiosk.value,
    (wanted) => {
      if (!canStayAwake.value) return
      // The browser refuses when the battery is low; the choice is kept for the next start.
      const done = wanted ? request('screen') : release()
      done.catch(() => {})
    },
    { immediate: true },
  )

  const { isSupported, isFullscreen, enter, exit } = useFullscreen()
  const startedFull = useMediaQuery('(display-mode: fullscreen)')
  const isFull = computed(() => isFullscreen.value || startedFull.value)
  const peek = useTimeoutFn(() => {}, PEEK_MS, { immediate: false })
  const showControls = (): void => {
    if (isFull.value) peek.start()
  }
  useEventListener(window, ['pointerdown', 'keydown'], showControls, { passive: true })

  const filled = createAppMemory('full')
  let isLeaving = false
  useEventListener(window, 'pagehide', () => (isLeaving = true))
  useEventListener(window, 'pageshow', () => (isLeaving = false))
  watch(isFullscreen, (now) => {
    // A reload ends full screen too.
    if (now) filled.write('1')
    else if (!isLeaving) filled.forget()
  })
  if (filled.read() === '1') {
    const again = (): void => {
      if (!isFull.value && filled.read() === '1') enter().catch(() => {})
    }
    // Only after a gesture, unless the browser was told to allow it.
    again()
    useEventListener(window, ['pointerup', 'keyup'], again, { once: true, passive: true })
  }

  return {
    canStayAwake,
    awake,
    canFill: computed(() => isSupported.value && (isFullscreen.value || !startedFull.value)),
    isFull,
    bare: computed(() => isFull.value && !peek.isPending.value),
    toggleFull: () => (isFullscreen.value ? exit() : enter()),
  }
}
