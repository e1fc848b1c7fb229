import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const panes = ({ plural }: Formats): Texts['panes'] => ({
  title: '並べて表示',
  choose: '並べて表示…',
  advice: (most) =>
    plural(most, { other: 'セッションを#件まで選んでください。この端末で同時に表示します。' }),
  show: '並べて表示する',
  close: '閉じる',
  openAlone: (name) => `${name} だけを開く`,
  remove: (name) => `${name} を外す`,
})
