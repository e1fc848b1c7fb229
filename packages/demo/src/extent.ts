import type { SeriesPoint } from './stores.ts'

/** The labels at both ends of a series, and its lowest and highest value. */
export interface Extent {
  from: string
  to: string
  low: number
  high: number
}

/** Returns the extent of a series; `undefined` if it is empty. */
export function extentOf(points: readonly SeriesPoint[]): Extent | undefined {
  if (points.length === 0) return undefined
  const values = points.map(({ v }) => v)
  return {
    from: points[0]!.t,
    to: points.at(-1)!.t,
    // A spread of a long series would be too many arguments.
    low: values.reduce((a, b) => Math.min(a, b)),
    high: values.reduce((a, b) => Math.max(a, b)),
  }
}
