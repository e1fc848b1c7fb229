import { onUnmounted, watch } from 'vue'
import { useBoard } from './board.ts'

/** Lets the clock of the board run. Viewers see what it shows here, whatever time their devices have. */
export function useClock(): { reset: () => void } {
  const board = useBoard()
  let startedAt = 0

  // Browsers delay timers in hidden tabs, so the time is read and not counted.
  const timer = setInterval(() => {
    if (board.isRunning) board.seconds = Math.floor((Date.now() - startedAt) / 1000)
  }, 200)
  watch(
    () => board.isRunning,
    (isRunning) => {
      if (isRunning) startedAt = Date.now() - board.seconds * 1000
    },
    { flush: 'sync' },
  )
  onUnmounted(() => clearInterval(timer))

  return {
    reset() {
      board.isRunning = false
      board.seconds = 0
    },
  }
}
