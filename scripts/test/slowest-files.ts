import { relative } from 'node:path'
import { ROOT } from '../builds.ts'

/** The fields used from Vitest's JSON report. Times are in milliseconds. */
export interface FileResult {
  name: string
  startTime: number
  endTime: number
}

const COUNT = 10

/** Returns one line for each of the ten slowest files, slowest first. */
export function slowestFiles(files: FileResult[]): string[] {
  return files
    .map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, COUNT)
    .map(({ name, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${relative(ROOT, name)}`)
}
