import { defineStore } from 'pinia'
import '@vue-sync/vue/host'
import type { Motion } from './motion.ts'

/** One value of a series; `t` is its label, e.g. `1958-03`. */
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
  /** From 0 to 2; 1 fills the stage. */
  amplitude: number
  enabled: boolean
  /** `#rrggbb` */
  color: string
}

/** The displayed data. The viewer uses the same definition, and the plugin fills it there. */
export const useSessionStore = defineStore('session', {
  state: () => ({
    name: 'Untitled session',
    data: { title: '', unit: '', source: '', points: [] } as Series,
    metadata: { createdAt: '', points: 0 },
    motion: { at: 0, phase: 0, speed: 0 } as Motion,
  }),
  sync: true,
})

/** The settings of the scene. Each control has its own field, so that dragging a slider sends only that field. */
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
