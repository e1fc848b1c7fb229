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

interface Sample {
  /** How many items were read. */
  read: number
  /** How many of them are records. */
  records: number
  columns: Column[]
}

function sampleOf(list: readonly unknown[]): Sample {
  const step = Math.max(1, Math.floor(list.length / SAMPLE))
  const columns = new Map<string, Column>()
  let read = 0
  let records = 0
  for (let at = 0; at < list.length; at += step) {
    read++
    const item: unknown = list[at]
    if (!isRecord(item)) continue
    records++
    for (const name of Object.keys(item).slice(0, MOST_FIELDS)) {
      const column = columns.get(name)
      if (column) column.count++
      else columns.set(name, { name, count: 1 })
    }
  }
  return { read, records, columns: [...columns.values()] }
}

/** Returns the columns of a list of records in the order of their fields; `undefined` for all other values. */
export function columnsOf(value: unknown): Column[] | undefined {
  if (!Array.isArray(value) || value.length < 2) return undefined
  const { read, records, columns } = sampleOf(value)
  if (records < read * SHARE || columns.length === 0) return undefined
  // Objects that hardly share a field are dictionaries and not records.
  const most = columns.reduce((high, { count }) => Math.max(high, count), 0)
  if (most < records / 2 && columns.length > 8) return undefined
  return columns.slice(0, MOST_COLUMNS)
}

/**
 * Returns the columns of a table that is already open, whose list may have become short or mixed; `undefined` if the
 * value is no longer a list of records.
 *
 * @param before the columns that the table had. It keeps them while its records have no fields
 */
export function openColumnsOf(value: unknown, before: Column[]): Column[] | undefined {
  if (!Array.isArray(value)) return undefined
  const { read, records, columns } = sampleOf(value)
  if (records < read / 2) return undefined
  return columns.length === 0 ? before : columns.slice(0, MOST_COLUMNS)
}

/** This many records are read to find the columns of numbers. */
const NUMBER_SAMPLE = 20

/** Returns the columns whose values, as far as they are read, are all numbers. Missing values do not count. */
export function numberColumnsOf(list: readonly unknown[], columns: readonly string[]): Set<string> {
  const step = Math.max(1, Math.floor(list.length / NUMBER_SAMPLE))
  const sample: Record<string, unknown>[] = []
  for (let at = 0; at < list.length; at += step) {
    const item = list[at]
    if (isRecord(item)) sample.push(item)
  }
  return new Set(
    columns.filter((name) => {
      const values = sample
        .map((item) => item[name])
        .filter((value) => value !== undefined && value !== null)
      return values.length > 0 && values.every((value) => isNumber(value))
    }),
  )
}

const isNumber = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint'

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
