import { debounceFilter } from '@vueuse/core'

/**
 * As `useDebounceFn`, without its promises, because nothing awaits them.
 *
 * @param maxWait milliseconds; 0 for no limit
 */
export function debounce(run: () => void, wait: number, maxWait = 0): () => void {
  const filter = debounceFilter(wait, maxWait ? { maxWait } : {})
  return () => void filter(run, { fn: run, args: [], thisArg: undefined })
}
