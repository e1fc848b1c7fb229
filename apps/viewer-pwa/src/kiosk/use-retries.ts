import { useTimeoutFn } from '@vueuse/core'
import { type Ref, watch } from 'vue'

/** Not all walls of a building dial in the same second. */
const pause = (): number => (4 + 2 * Math.random()) * 60_000

/**
 * Dials again every few minutes after an error that has ended the connection, because nobody is at a wall who could
 * press "Try again".
 */
export function useRetries(
  isWall: () => boolean,
  error: Readonly<Ref<object | undefined>>,
  reconnect: () => void,
): void {
  const { start, stop } = useTimeoutFn(reconnect, pause, { immediate: false })
  // Each failed attempt brings another error.
  watch(
    () => (isWall() ? error.value : undefined),
    (failed) => (failed ? start() : stop()),
    { immediate: true },
  )
}
