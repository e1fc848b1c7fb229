/** Users notice a page that does not react for longer, in milliseconds. */
const SPAN_MS = 50

/** Returns a function for the steps of long work: it waits for one turn of the page in each 50 ms of work. */
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
