import type { Series, SeriesPoint } from '@vue-sync/demo'
import { parse } from 'papaparse'

/** A problem with a CSV file; the message is shown to the user. */
export class CsvError extends Error {}

export interface CsvColumns {
  /** Header of the column with the values. @default the first numeric column */
  value?: string
  /** Keep only rows where this column has this text. @default all rows */
  where?: [column: string, text: string]
}

const MOST_BYTES = 5 * 1024 * 1024
/** Longer series are averaged down to at most this many points; a screen cannot show more. */
const MOST_POINTS = 400

/** Averages neighbouring points so that at most `most` are left. */
export function thinOut(points: SeriesPoint[], most = MOST_POINTS): SeriesPoint[] {
  const size = Math.ceil(points.length / most)
  if (size <= 1) return points
  return Array.from({ length: Math.ceil(points.length / size) }, (_, index) => {
    const group = points.slice(index * size, (index + 1) * size)
    const mean = group.reduce((sum, { v }) => sum + v, 0) / group.length
    return { t: group[0]!.t, v: Math.round(mean * 100) / 100 }
  })
}

function toNumber(text: string | undefined): number | undefined {
  const cleaned = text
    ?.trim()
    .replace(/^[$€£]/, '')
    .replace(/%$/, '')
  if (!cleaned) return undefined
  const value = Number(cleaned)
  return Number.isFinite(value) ? value : undefined
}

/**
 * Reads a CSV text with a header line as one series. The first column labels the points, and the first
 * numeric column has their values.
 *
 * @throws CsvError that names the row and column
 */
export function readCsv(text: string, { value, where }: CsvColumns = {}): SeriesPoint[] {
  if (text.length > MOST_BYTES)
    throw new CsvError(
      `The file is larger than ${MOST_BYTES / 1024 / 1024} MB. Choose a shorter one.`,
    )
  if (text.trim() === '') throw new CsvError('The file is empty.')
  if (text.includes('\0')) throw new CsvError('This is not a text file. Export it as CSV first.')
  const { data, errors, meta } = parse<Record<string, string>>(text.trim(), {
    header: true,
    skipEmptyLines: 'greedy',
  })
  const broken = errors.find(({ type }) => type === 'Quotes')
  if (broken) throw new CsvError(`Row ${(broken.row ?? 0) + 2} has a quote that is never closed.`)
  const columns = meta.fields ?? []
  if (columns.length < 2)
    throw new CsvError('There is only one column. Two are needed: what it is, and its value.')
  const [place] = columns as [string]
  const rows = where ? data.filter((row) => row[where[0]] === where[1]) : data
  if (rows.length < 2) throw new CsvError('There are fewer than two rows below the header line.')
  const column = value ?? columns.slice(1).find((name) => toNumber(rows[0]![name]) !== undefined)
  if (!column)
    throw new CsvError(
      `Row 2 has no number after the column “${place}”. One column must hold numbers.`,
    )
  const label = where ? columns.find((name) => name !== where[0] && name !== column)! : place
  return rows.map((row, index) => {
    const v = toNumber(row[column])
    if (v === undefined)
      throw new CsvError(
        `Row ${index + 2}, column “${column}” holds “${row[column] ?? ''}”, which is not a number.`,
      )
    return { t: row[label] ?? '', v }
  })
}

/** A series, and the number of values from which its points were made. */
export interface LoadedSeries {
  series: Series
  values: number
}

/** Says how a long series was shortened; empty if it has all its values. */
export function shorteningOf(points: number, values: number): string {
  if (values <= points) return ''
  const [shown, all] = [points, values].map((count) => count.toLocaleString('en'))
  return `${shown} points are shown. They are averages of all ${all} values.`
}

/** @throws CsvError if the file is not a series */
export async function readCsvFile(file: File): Promise<LoadedSeries> {
  if (file.size > MOST_BYTES)
    throw new CsvError(
      `The file is larger than ${MOST_BYTES / 1024 / 1024} MB. Choose a shorter one.`,
    )
  const all = readCsv(await file.text())
  const title = file.name.replace(/\.[^.]+$/, '')
  return {
    series: { title, unit: '', source: 'your file', points: thinOut(all) },
    values: all.length,
  }
}
