import { DOUBLE_CLICK_MS } from '../../parts/double-click.ts'

/**
 * Returns a function that runs an action, and ignores a second activation within 400 ms or while the action is running.
 * Without it, a double click on a button that changes between two actions does both.
 */
export function once(act: () => unknown): () => Promise<void> {
  let isRunning = false
  let last = -Infinity
  return async () => {
    const now = performance.now()
    if (isRunning || now - last < DOUBLE_CLICK_MS) return
    last = now
    isRunning = true
    try {
      await act()
    } finally {
      isRunning = false
    }
  }
}
