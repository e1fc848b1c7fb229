import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

/** Returns the path of a command, or `undefined` if it is not on PATH. */
export function onPath(name: string): string | undefined {
  const dirs = (process.env['PATH'] ?? '').split(delimiter)
  return dirs.map((dir) => join(dir, name)).find((path) => existsSync(path))
}

/** Returns the commands of `names` that are on PATH, and then the existing files of `paths`. */
export function findAll(names: string[], paths: string[] = []): string[] {
  const commands = names.map(onPath).filter((path) => path !== undefined)
  return [...commands, ...paths.filter((path) => existsSync(path))]
}
