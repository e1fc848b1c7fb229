import type { SceneConfig, Series } from './stores.ts'

/** Number of samples for a series of any length, so that drawing always costs the same. */
export const SAMPLES = 240

/**
 * The state of the animation, independent of a canvas. `setData` rebuilds the samples; `setConfig` keeps
 * them. The phase comes from a pace, so a new speed never makes the motion jump.
 */
export interface Scene {
  readonly samples: readonly number[]
  /** Cycles since the host's start. */
  readonly phase: number
  readonly config: Readonly<SceneConfig>
  /** Number of calls to `setData`. */
  readonly rebuilds: number
  setData: (data: Series) => void
  setConfig: (config: SceneConfig) => void
  moveTo: (phase: number) => void
}

/** Resamples the values to `SAMPLES` samples from 0 to 1; a flat series becomes 0.5. */
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
    moveTo(next) {
      phase = next
    },
  }
}
