import { describe, expect, it } from 'vitest'
import { createScene, resample, SAMPLES } from './scene.ts'
import type { SceneConfig } from './stores.ts'

const config: SceneConfig = {
  speed: 2,
  mode: 'wave',
  amplitude: 1,
  enabled: true,
  color: '#ffffff',
}
const series = (values: number[]) => ({
  title: 't',
  unit: '',
  source: '',
  points: values.map((v, t) => ({ t: String(t), v })),
})

describe('resample', () => {
  it('scales any series to values from 0 to 1', () => {
    const samples = resample([10, 30, 20])
    expect(samples).toHaveLength(SAMPLES)
    expect([Math.min(...samples), samples.at(-1)]).toEqual([0, 0.5])
    expect(Math.max(...samples)).toBeCloseTo(1, 1)
  })

  it.each([[[]], [[5]], [[7, 7, 7]]])('maps the flat or empty series %j to 0.5', (values) => {
    expect(new Set(resample(values))).toEqual(new Set([0.5]))
  })
})

describe('a scene', () => {
  it('keeps its phase when the settings change', () => {
    const scene = createScene(config)
    scene.moveTo(0.05)
    scene.setConfig({ ...config, speed: 20, mode: 'bars', color: '#000000' })
    expect([scene.phase, scene.rebuilds, scene.config.mode]).toEqual([0.05, 0, 'bars'])
  })

  it('keeps its phase when the data changes, and counts a rebuild', () => {
    const scene = createScene(config)
    scene.moveTo(0.05)
    scene.setData(series([1, 2, 3]))
    expect([scene.phase, scene.rebuilds, scene.samples.at(-1)]).toEqual([0.05, 1, 1])
  })
})
