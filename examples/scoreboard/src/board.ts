import { defineStore } from 'pinia'

export interface Team {
  name: string
  score: number
}

export const useBoard = defineStore('board', {
  state: () => ({
    home: { name: 'Home', score: 0 } as Team,
    guest: { name: 'Guest', score: 0 } as Team,
    /** Played seconds. */
    seconds: 0,
    isRunning: false,
  }),
  sync: true,
})

const twoDigits = (value: number) => String(value).padStart(2, '0')

/** Writes seconds as `12:34`. */
export function formatTime(seconds: number): string {
  return `${twoDigits(Math.floor(seconds / 60))}:${twoDigits(seconds % 60)}`
}
