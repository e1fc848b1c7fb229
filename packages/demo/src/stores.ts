import { defineStore } from 'pinia'
import '@vue-sync/vue/host'

/** One value of a series. `t` is its label, e.g. `1958-03`. */
export interface SeriesPoint {
  t: string
  v: number
}

export interface Series {
  title: string
  unit: string
  source: string
  points: SeriesPoint[]
}

export const MODES = ['wave', 'orbit', 'bars'] as const
export type Mode = (typeof MODES)[number]

export interface SceneConfig {
  /** Cycles of the animation per ten seconds. */
  speed: number
  mode: Mode
  /** 0 to 2; 1 fills the stage. */
  amplitude: number
  enabled: boolean
  /** `#rrggbb` */
  color: string
}

/** The data on show. The same definition is filled in the viewer. */
export const useSessionStore = defineStore('session', {
  state: () => ({
    name: 'Untitled session',
    data: { title: '', unit: '', source: '', points: [] } as Series,
    metadata: { createdAt: '', points: 0 },
  }),
  sync: true,
})

/** The look. Each control is a field of its own, so a dragged slider sends only that field. */
export const useConfigStore = defineStore('config', {
  state: (): SceneConfig => ({
    speed: 1,
    mode: 'wave',
    amplitude: 1,
    enabled: true,
    color: '#2dd4bf',
  }),
  sync: true,
})
