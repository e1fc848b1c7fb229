import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

/** The path of a command, if it is on PATH. */
export function onPath(name: string): string | undefined {
  const dirs = (process.env['PATH'] ?? '').split(delimiter)
  return dirs.map((dir) => join(dir, name)).find((path) => existsSync(path))
}

/** The first that is there: commands by name, files by their whole path. */
export function findFirst(names: string[], paths: string[] = []): string | undefined {
  return names.map(onPath).find(Boolean) ?? paths.find((path) => existsSync(path))
}
