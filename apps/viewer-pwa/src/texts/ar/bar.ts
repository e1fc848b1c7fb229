import type { Texts } from '../language.ts'

export const bar = (): Texts['bar'] => ({
  appTitle: 'عارض vue-sync',
  views: 'طرق العرض',
  scene: 'المشهد',
  inspector: 'الفاحص',
  menu: 'القائمة',
})
