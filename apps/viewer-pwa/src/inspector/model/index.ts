export { type Change, changesBetween } from './changes/changes.ts'
export {
  childKey as partKey,
  EMPTY_VIEW,
  lastingKey,
  parentKey,
  pathOf,
  resolve,
  type View,
} from './keys.ts'
export { createItemIds, itemAt, type ItemIds, type Part, partsOf } from './parts.ts'
export { explain, type Explained, hexLines } from './explain.ts'
export { countText, labelOf, previewOf, rowText } from './previews.ts'
export { createRecent, type Recent } from './changes/recent.ts'
export {
  type Column,
  columnsOf,
  numberColumnsOf,
  openColumnsOf,
  type Sorting,
  sortValues,
  valuesOf,
} from './records.ts'
export type { Row, RowList } from './row-list.ts'
export { createRows, type Filter, type Pin } from './rows.ts'
export { filterOf, type Found, search } from './search/search.ts'
export {
  bytesOf,
  hasParts,
  kindOf,
  plainText,
  shortJson,
  shownJson,
  sizeOf,
  textToCopy,
  toJson,
} from './values.ts'
