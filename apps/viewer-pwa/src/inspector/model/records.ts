import { hasParts, kindOf } from './values.ts'

export interface Column {
  name: string
  /** In how many of the looked-at records the field is. */
  count: number
}

/** So many records are looked at to find the columns. */
const SAMPLE = 200
/** A list with fewer records than this share of its items is no table. */
const SHARE = 0.8

const isRecord = (item: unknown): item is Record<string, unknown> => kindOf(item) === 'object'

/** Returns the columns of a list of records in the order of their fields; `undefined` for all other values. */
export function columnsOf(value: unknown): Column[] | undefined {
  if (!Array.isArray(value) || value.length < 2) return undefined
  const step = Math.max(1, Math.floor(value.length / SAMPLE))
  const columns = new Map<string, Column>()
  let looked = 0
  let records = 0
  for (let at = 0; at < value.length; at += step) {
    looked++
    const item: unknown = value[at]
    if (!isRecord(item)) continue
    records++
    for (const name of Object.keys(item)) {
      const column = columns.get(name)
      if (column) column.count++
      else columns.set(name, { name, count: 1 })
    }
  }
  if (records < looked * SHARE || columns.size === 0) return undefined
  // Dictionaries with other keys in each are no records.
  const most = Math.max(...[...columns.values()].map(({ count }) => count))
  return most >= records / 2 || columns.size <= 8 ? [...columns.values()] : undefined
}

export interface Sorting {
  column: string
  descending: boolean
}

/** The kinds in the order in which a column with several of them is sorted. Missing values come last both ways. */
const ORDER = [
  'boolean',
  'number',
  'bigint',
  'date',
  'string',
  'bytes',
  'object',
  'array',
  'map',
  'set',
]

/** Returns the indexes of the records in sorted order. Equal ones keep their order. */
export function sortRecords(
  records: readonly unknown[],
  sorting: Sorting | undefined,
  locale: string,
): number[] {
  const indexes = Array.from(records, (_, index) => index)
  if (!sorting) return indexes
  const collator = new Intl.Collator(locale, { numeric: true })
  const values = records.map((item) => (isRecord(item) ? item[sorting.column] : undefined))
  const ranks = values.map((value) => ORDER.indexOf(kindOf(value)))
  const sign = sorting.descending ? -1 : 1
  return indexes.toSorted((a, b) => {
    const [left, right] = [ranks[a]!, ranks[b]!]
    if (left === -1 || right === -1) return Number(left === -1) - Number(right === -1)
    return sign * (left - right || compare(values[a], values[b], collator))
  })
}

function compare(a: unknown, b: unknown, collator: Intl.Collator): number {
  if (typeof a === 'string') return collator.compare(a, b as string)
  if (hasParts(a)) return 0
  const [left, right] = [a, b] as [number, number]
  if (left < right) return -1
  if (left > right) return 1
  // NaN is neither smaller nor larger.
  return Number(Number.isNaN(Number(left))) - Number(Number.isNaN(Number(right)))
}
