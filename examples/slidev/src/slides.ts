import { defineStore } from 'pinia'
import type { Position } from './follow.ts'

export const SLIDES = 'slides'

/** Where the presenter is. */
export const useSlides = defineStore(SLIDES, {
  state: (): Position => ({ page: 1, clicks: 0 }),
  sync: { debounce: 50 },
})
