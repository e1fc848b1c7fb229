import type { Texts } from '../language.ts'

export const bar = (): Texts['bar'] => ({
  appTitle: 'Visionneuse vue-sync',
  views: 'Vues',
  scene: 'Scène',
  inspector: 'Inspecteur',
  menu: 'Menu',
})
