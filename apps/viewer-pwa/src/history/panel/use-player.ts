import { onScopeDispose, shallowRef } from 'vue'
import type { UseHistoryReturn } from '../use-history.ts'

export const SPEEDS = { normal: 1, fast: 4, fastest: Infinity } as const
export type Speed = keyof typeof SPEEDS

/** A longer pause in the recording is cut to this, in milliseconds. */
const LONGEST_PAUSE_MS = 10_000
/** A moment is shown at least this long, in milliseconds: people follow no faster. */
const FRAME_MS = 33

/**
 * Plays the moments of a recording, one after the other. Moments that are shorter than a frame are skipped, except at
 * the fastest speed, which shows each of them for a frame.
 */
export function usePlayer({
  moments,
  index,
  select,
}: Pick<UseHistoryReturn, 'moments' | 'index' | 'select'>) {
  const isPlaying = shallowRef(false)
  const speed = shallowRef<Speed>('normal')
  let timer: ReturnType<typeof setTimeout> | undefined

  function stop(): void {
    clearTimeout(timer)
    isPlaying.value = false
  }

  /** How long a moment lasts, in milliseconds; `undefined` for the last one. */
  function durationOf(at: number): number | undefined {
    const [now, next] = [moments.value[at], moments.value[at + 1]]
    return now && next && Math.min(next.at - now.at, LONGEST_PAUSE_MS) / SPEEDS[speed.value]
  }

  function schedule(): void {
    clearTimeout(timer)
    let wait = durationOf(index.value)
    if (wait === undefined) return stop()
    let to = index.value + 1
    for (let more = durationOf(to); speed.value !== 'fastest' && more !== undefined;) {
      if (wait + more > FRAME_MS) break
      wait += more
      more = durationOf(++to)
    }
    timer = setTimeout(
      () => {
        select(to)
        schedule()
      },
      Math.max(FRAME_MS, wait),
    )
  }

  function play(): void {
    // From the end it begins again.
    if (index.value >= moments.value.length - 1) select(0)
    isPlaying.value = true
    schedule()
  }

  onScopeDispose(stop)
  return {
    isPlaying,
    speed,
    stop,
    toggle: () => (isPlaying.value ? stop() : play()),
    setSpeed(next: Speed): void {
      speed.value = next
      if (isPlaying.value) schedule()
    },
  }
}
