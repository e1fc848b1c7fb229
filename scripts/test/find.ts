import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

/** Returns the path of a command, or `undefined` if it is not on PATH. */
export function onPath(name: string): string | undefined {
  const dirs = (process.env['PATH'] ?? '').split(delimiter)
  return dirs.map((dir) => join(dir, name)).find((path) => existsSync(path))
}

/** Returns the first command of `names` on PATH, or else the first existing file of `paths`. */
export function findFirst(names: string[], paths: string[] = []): string | undefined {
  return names.map(onPath).find(Boolean) ?? paths.find((path) => existsSync(path))
}
