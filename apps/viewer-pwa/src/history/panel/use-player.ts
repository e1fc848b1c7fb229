import { onScopeDispose, shallowRef } from 'vue'
import type { UseHistoryReturn } from '../use-history.ts'

export const SPEEDS = { normal: 1, fast: 4, fastest: Infinity } as const
export type Speed = keyof typeof SPEEDS

/** Nobody watches longer while nothing changes, in milliseconds. */
const LONGEST_PAUSE_MS = 10_000
/** The fastest that people can follow, in milliseconds. */
const FRAME_MS = 33

/** Plays the moments of a recording, one after the other. */
export function usePlayer({ moments, index, select }: UseHistoryReturn) {
  const isPlaying = shallowRef(false)
  const speed = shallowRef<Speed>('normal')
  let timer: ReturnType<typeof setTimeout> | undefined

  function stop(): void {
    clearTimeout(timer)
    isPlaying.value = false
  }

  function schedule(): void {
    clearTimeout(timer)
    const [now, next] = [moments.value[index.value], moments.value[index.value + 1]]
    if (!now || !next) return stop()
    const wait = Math.min(next.at - now.at, LONGEST_PAUSE_MS) / SPEEDS[speed.value]
    timer = setTimeout(
      () => {
        select(index.value + 1)
        schedule()
      },
      Math.max(speed.value === 'fastest' ? FRAME_MS : 0, wait),
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
