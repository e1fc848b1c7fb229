import { useEventListener, useFullscreen, useTimeoutFn, useWakeLock } from '@vueuse/core'
import { computed, type ComputedRef, type Ref, shallowRef, watch } from 'vue'
import { createMemory } from './memory.ts'

export interface UseShowReturn {
  /** Whether this device can keep its screen on. */
  canStayAwake: Readonly<Ref<boolean>>
  /** The user's choice, which is remembered. */
  awake: Ref<boolean>
  canFill: Readonly<Ref<boolean>>
  canTurn: boolean
  isFull: Readonly<Ref<boolean>>
  /** Full screen without a recent touch, so controls are hidden. */
  bare: ComputedRef<boolean>
  toggleFull: () => Promise<void>
  /** Enters full screen and locks the landscape orientation. */
  fillSideways: () => Promise<void>
}

/** Controls stay visible in full screen for this long after a touch. */
const PEEK_MS = 4000

interface LockableOrientation {
  lock?: (orientation: 'landscape') => Promise<void>
}

/** Keeps the screen awake, full and in landscape for long viewing. */
export function useShow(): UseShowReturn {
  const memory = createMemory('vue-sync:awake', () => localStorage)
  const { isSupported: canStayAwake, request, release } = useWakeLock()
  const awake = shallowRef(memory.read() === '1')
  watch(
    awake,
    (wanted) => {
      if (wanted) memory.write('1')
      else memory.forget()
      if (!canStayAwake.value) return
      // The browser refuses when the battery is low; the choice is kept for the next start.
      const done = wanted ? request('screen') : release()
      done.catch(() => {})
    },
    { immediate: true },
  )

  const { isSupported: canFill, isFullscreen, enter, exit } = useFullscreen()
  const orientation = screen.orientation as LockableOrientation | undefined
  const peek = useTimeoutFn(() => {}, PEEK_MS, { immediate: false })
  const look = (): void => {
    if (isFullscreen.value) peek.start()
  }
  useEventListener(window, ['pointerdown', 'keydown'], look, { passive: true })

  return {
    canStayAwake,
    awake,
    canFill,
    canTurn:
      typeof orientation?.lock === 'function' &&
      matchMedia('(pointer: coarse)').matches &&
      Math.min(screen.width, screen.height) < 600,
    isFull: isFullscreen,
    bare: computed(() => isFullscreen.value && !peek.isPending.value),
    toggleFull: () => (isFullscreen.value ? exit() : enter()),
    async fillSideways() {
      await enter()
      await orientation?.lock?.('landscape').catch(() => {})
    },
  }
}
