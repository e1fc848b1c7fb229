import type { Texts } from '../language.ts'

export const bar = (): Texts['bar'] => ({
  appTitle: 'vue-sync ビューア',
  views: '表示',
  scene: 'シーン',
  inspector: 'インスペクター',
  menu: 'メニュー',
})
