import type { Formats } from '../formats.ts'

export const inspector = ({ number, plural }: Formats) => ({
  stores: 'Stores',
  items: (count: number) => plural(count, { one: '# item', other: '# items' }),
  fields: (count: number) => plural(count, { one: '# field', other: '# fields' }),
  entriesOfMap: (count: number) => plural(count, { one: 'Map, # entry', other: 'Map, # entries' }),
  itemsOfSet: (count: number) => plural(count, { one: 'Set, # item', other: 'Set, # items' }),
  bytes: (name: string, count: number) =>
    `${name}, ${plural(count, { one: '# byte', other: '# bytes' })}`,
  invalidDate: 'Invalid date',
  /** The button at the end of a row. */
  moreAbout: (name: string) => `More about ${name}`,
  search: 'Search',
  searchLabel: 'Search names and values',
  clearSearch: 'Clear the search',
  changed: 'Changed',
  changedLabel: 'Only what changed in the last minute',
  /** @param shown how many of the results the list has */
  results: (count: number, shown: number) =>
    shown < count
      ? `${plural(count, { one: '# result', other: '# results' })}, first ${number(shown)} shown`
      : plural(count, { one: '# result', other: '# results' }),
  noResults: 'Nothing found',
  nothingChanged: 'Nothing changed in the last minute',
  path: 'Path in the list',
  copyJson: 'Copy as JSON',
  copyValue: 'Copy value',
  copyPath: 'Copy path',
  copied: 'Copied',
  pin: 'Pin to top',
  unpin: 'Unpin',
  /** Screen readers say it after the name of a pinned part. */
  pinned: 'Pinned',
  share: 'Share as file',
  download: 'Download',
  showTable: 'Show as table',
  openLink: 'Open link',
  showAll: 'Show all',
  gone: 'This value no longer exists.',
  /** A table shows it when the host has replaced its list by another value. */
  notRecords: 'This value is no longer a list of records.',
  close: 'Close',
  emptyText: 'Empty text',
  characters: (count: number) => plural(count, { one: '# character', other: '# characters' }),
  image: 'Image',
  color: 'Color',
  asJson: 'As JSON',
  date: 'Date',
  kinds: {
    object: 'Object',
    array: 'List',
    map: 'Map',
    set: 'Set',
    string: 'Text',
    number: 'Number',
    boolean: 'True or false',
    null: 'Null',
    undefined: 'Undefined',
    bigint: 'Big integer',
    date: 'Date',
    bytes: 'Bytes',
  },
  table: (name: string) => `Table ${name}`,
  backToTree: 'Back to the tree',
  columns: 'Columns',
  rowNumber: 'Row',
  sortBy: (column: string) => `Sort by ${column}`,
})
