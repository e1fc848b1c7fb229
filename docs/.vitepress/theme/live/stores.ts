import { defineStore } from 'pinia'
import { type Match, openingMatch } from './match.ts'

export const useHostMatch = defineStore('match', { state: openingMatch, sync: true })

/** On the phones the store of the same name starts empty and fills itself. */
export const usePhoneMatch = defineStore('match', {
  state: (): Match => ({ home: 0, away: 0, seconds: 0, message: '', players: [], plays: [] }),
})
