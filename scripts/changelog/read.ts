import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../builds.ts'
import { PUBLISHED } from '../release/published.ts'
import type { PackageChangelog } from './changelog.ts'

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8')

/** Reads the changelogs of the published packages. */
export function readChangelogs(): PackageChangelog[] {
  return PUBLISHED.map((folder) => ({
    name: (JSON.parse(read(folder, 'package.json')) as { name: string }).name,
    text: read(folder, 'CHANGELOG.md'),
  }))
}
