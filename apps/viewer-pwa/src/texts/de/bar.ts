import type { Texts } from '../language.ts'

export const bar = (): Texts['bar'] => ({
  appTitle: 'vue-sync Viewer',
  views: 'Ansichten',
  scene: 'Szene',
  inspector: 'Inspektor',
  menu: 'Menü',
})
