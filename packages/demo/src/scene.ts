import type { SceneConfig, Series } from './stores.ts'

/** A series of any length becomes this many samples from 0 to 1, so drawing always costs the same. */
export const SAMPLES = 240

/**
 * The state of the animation, without a canvas. `setData` rebuilds it. `setConfig` only changes parameters:
 * the phase is accumulated, so a new speed does not make the motion jump.
 */
export interface Scene {
  readonly samples: readonly number[]
  /** Turns since the start: 1 is one cycle. */
  readonly phase: number
  readonly config: Readonly<SceneConfig>
  /** How often `setData` has rebuilt. */
  readonly rebuilds: number
  setData: (data: Series) => void
  setConfig: (config: SceneConfig) => void
  /** @param seconds since the last call */
  advance: (seconds: number) => void
}

/** The values as `SAMPLES` samples from 0 to 1. A flat series is 0.5 everywhere. */
export function resample(values: readonly number[]): number[] {
  if (values.length === 0) return Array.from({ length: SAMPLES }, () => 0.5)
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const span = high - low
  const last = values.length - 1
  return Array.from({ length: SAMPLES }, (_, index) => {
    const at = (index / (SAMPLES - 1)) * last
    const left = values[Math.floor(at)]!
    const right = values[Math.ceil(at)]!
    const value = left + (right - left) * (at % 1)
    return span === 0 ? 0.5 : (value - low) / span
  })
}

const CYCLES_PER_SECOND = 0.1
/** The longest step, so that the animation does not jump when a hidden tab returns. */
const MOST_SECONDS = 0.1

export function createScene(config: SceneConfig): Scene {
  let samples = resample([])
  let current = { ...config }
  let phase = 0
  let rebuilds = 0
  return {
    get samples() {
      return samples
    },
    get phase() {
      return phase
    },
    get config() {
      return current
    },
    get rebuilds() {
      return rebuilds
    },
    setData({ points }) {
      samples = resample(points.map(({ v }) => v))
      rebuilds++
    },
    setConfig(next) {
      current = { ...next }
    },
    advance(seconds) {
      if (current.enabled)
        phase += Math.min(seconds, MOST_SECONDS) * current.speed * CYCLES_PER_SECOND
    },
  }
}
