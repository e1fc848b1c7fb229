/** One number on the dashboard, with its latest values, oldest first. */
export interface Metric {
  id: string
  label: string
  unit: string
  history: number[]
}

export const HISTORY_LENGTH = 60

/** The points of a line through the values, for an SVG of 100 by 30. */
export function linePoints(values: readonly number[]): string {
  const lowest = Math.min(...values)
  const range = Math.max(...values) - lowest || 1
  const step = 100 / (HISTORY_LENGTH - 1)
  const offset = HISTORY_LENGTH - values.length
  return values
    .map((value, index) => {
      const x = (offset + index) * step
      const y = 28 - ((value - lowest) / range) * 26
      return `${x.toFixed(1)},${y.toFixed(1)}`
    })
    .join(' ')
}
