import { LONGEST_WAIT } from '@vue-sync/vue/protocol'

/** Resolves after `ms`, or when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const until = performance.now() + ms
    let timer: ReturnType<typeof setTimeout>
    function end(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    function wait(): void {
      const rest = until - performance.now()
      timer = rest > LONGEST_WAIT ? setTimeout(wait, LONGEST_WAIT) : setTimeout(end, rest)
    }
    wait()
    signal.addEventListener('abort', end)
  })
}
