/** The longest time for which the page does not react, in milliseconds. Users notice longer times. */
const SPAN_MS = 50

/** Returns a function to call after each step of long work. After 50 ms of work, it lets the page handle events once. */
export function createPace(): () => Promise<void> | undefined {
  let since = performance.now()
  return () => {
    if (performance.now() - since < SPAN_MS) return undefined
    return new Promise((resolve) => {
      setTimeout(() => {
        since = performance.now()
        resolve()
      })
    })
  }
}
