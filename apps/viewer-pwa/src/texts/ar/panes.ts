import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

export const panes = ({ plural, isolate }: Formats): Texts['panes'] => ({
  title: 'جنبًا إلى جنب',
  choose: 'جنبًا إلى جنب…',
  advice: (most) =>
    plural(most, {
      zero: 'لا تختر أي جلسة.',
      one: 'اختر جلسة واحدة على الأكثر.',
      two: 'اختر جلستين على الأكثر. يعرضهما هذا الجهاز في الوقت نفسه.',
      few: 'اختر حتى # جلسات. يعرضها هذا الجهاز في الوقت نفسه.',
      many: 'اختر حتى # جلسة. يعرضها هذا الجهاز في الوقت نفسه.',
      other: 'اختر حتى # جلسة. يعرضها هذا الجهاز في الوقت نفسه.',
    }),
  show: 'العرض جنبًا إلى جنب',
  close: 'إغلاق',
  openAlone: (name) => `فتح ${isolate(name)} وحدها`,
  remove: (name) => `إزالة ${isolate(name)}`,
})
