import { acceptHMRUpdate, defineStore } from 'pinia'

export const useBoard = defineStore('board', {
  state: () => ({ title: 'Final', score: 0, note: 'quiet' }),
  sync: { pick: ['title', 'score'] },
})

if (import.meta.hot) import.meta.hot.accept(acceptHMRUpdate(useBoard, import.meta.hot))
