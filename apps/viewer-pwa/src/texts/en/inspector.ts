import type { Formats } from '../formats.ts'

export const inspector = ({ plural }: Formats) => ({
  title: 'Inspector',
  scene: 'Scene',
  views: 'Views',
  store: (name: string) => `Store ${name}`,
  items: (count: number) => plural(count, { one: '# item', other: '# items' }),
  fields: (count: number) => plural(count, { one: '# field', other: '# fields' }),
  entriesOfMap: (count: number) => plural(count, { one: 'Map, # entry', other: 'Map, # entries' }),
  itemsOfSet: (count: number) => plural(count, { one: 'Set, # item', other: 'Set, # items' }),
  bytes: (name: string, count: number) =>
    `${name}, ${plural(count, { one: '# byte', other: '# bytes' })}`,
  invalidDate: 'Invalid date',
  more: 'more',
  less: 'less',
  showMore: (next: number, total: number) => plural(next, { other: `Show # more of ${total}` }),
  copyJson: 'Copy as JSON',
  copied: 'Copied',
})
