import { relative } from 'node:path'
import { ROOT } from '../builds.ts'

/** What this reads of vitest's JSON report; times are in milliseconds. */
export interface FileResult {
  name: string
  startTime: number
  endTime: number
}

const COUNT = 10

/** One line for each of the ten files that took longest, the slowest first. */
export function slowestFiles(files: FileResult[]): string[] {
  return files
    .map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, COUNT)
    .map(({ name, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${relative(ROOT, name)}`)
}
