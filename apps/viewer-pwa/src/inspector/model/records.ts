import { hasParts, kindOf } from './values.ts'

export interface Column {
  name: string
  /** How many of the sampled records have this field. */
  count: number
}

/** About this many records are read to find the columns. */
const SAMPLE = 200
/** A list needs at least this share of records among its items to be shown as a table. */
const SHARE = 0.8
/** A table has at most this many columns: the first ones. The user chooses among them. */
const MOST_COLUMNS = 100
/** More fields of one record are not read. */
const MOST_FIELDS = 1000

const isRecord = (item: unknown): item is Record<string, unknown> => kindOf(item) === 'object'

/** Returns the columns of a list of records in the order of their fields; `undefined` for all other values. */
export function columnsOf(value: unknown): Column[] | undefined {
  if (!Array.isArray(value) || value.length < 2) return undefined
  const step = Math.max(1, Math.floor(value.length / SAMPLE))
  const columns = new Map<string, Column>()
  let sampled = 0
  let records = 0
  for (let at = 0; at < value.length; at += step) {
    sampled++
    const item: unknown = value[at]
    if (!isRecord(item)) continue
    records++
    for (const name of Object.keys(item).slice(0, MOST_FIELDS)) {
      const column = columns.get(name)
      if (column) column.count++
      else columns.set(name, { name, count: 1 })
    }
  }
  if (records < sampled * SHARE || columns.size === 0) return undefined
  // Objects that hardly share a field are dictionaries and not records.
  let most = 0
  for (const { count } of columns.values()) most = Math.max(most, count)
  if (most < records / 2 && columns.size > 8) return undefined
  return [...columns.values()].slice(0, MOST_COLUMNS)
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

/** The values of one field, by which records are sorted. */
export const valuesOf = (records: readonly unknown[], column: string): unknown[] =>
  records.map((item) => (isRecord(item) ? item[column] : undefined))

/** Making one takes longer than comparing with it. */
let collator: { locale: string; compare: Compare } | undefined
type Compare = Intl.Collator['compare']

function comparerOf(locale: string): Compare {
  if (collator?.locale !== locale) {
    const { compare } = new Intl.Collator(locale, { numeric: true })
    collator = { locale, compare }
  }
  return collator.compare
}

/** Returns the indexes of the values in sorted order. Equal ones keep their order. */
export function sortValues(
  values: readonly unknown[],
  { descending }: Pick<Sorting, 'descending'>,
  locale: string,
): number[] {
  const indexes = Array.from(values, (_, index) => index)
  const compareTexts = comparerOf(locale)
  const ranks = values.map((value) => ORDER.indexOf(kindOf(value)))
  const sign = descending ? -1 : 1
  return indexes.toSorted((a, b) => {
    const [left, right] = [ranks[a]!, ranks[b]!]
    if (left === -1 || right === -1) return Number(left === -1) - Number(right === -1)
    return sign * (left - right || compare(values[a], values[b], compareTexts))
  })
}

function compare(a: unknown, b: unknown, compareTexts: Compare): number {
  if (typeof a === 'string') return compareTexts(a, b as string)
  if (hasParts(a)) return 0
  const [left, right] = [a, b] as [number, number]
  if (left < right) return -1
  if (left > right) return 1
  // NaN is neither smaller nor larger.
  return Number(Number.isNaN(Number(left))) - Number(Number.isNaN(Number(right)))
}
