export const useBoard = defineStore('board', {
  state: () => ({ title: 'Final', score: 0 }),
  sync: true,
})
