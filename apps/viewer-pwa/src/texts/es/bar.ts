import type { Texts } from '../language.ts'

export const bar = (): Texts['bar'] => ({
  appTitle: 'Visor vue-sync',
  views: 'Vistas',
  scene: 'Escena',
  inspector: 'Inspector',
  menu: 'Menú',
})
