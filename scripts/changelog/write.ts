import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { mergeChangelogs, releaseNotes } from './changelog.ts'
import { readChangelogs } from './read.ts'
import { ROOT } from '../builds.ts'

/** Writes `CHANGELOG.md`. With `--notes`, prints what changed in the present version instead. Needs no installation. */
const { values } = parseArgs({ options: { notes: { type: 'boolean', default: false } } })
const changelogs = readChangelogs()
if (values.notes) {
  const manifest = readFileSync(join(ROOT, 'server/package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  console.log(releaseNotes(version, changelogs))
} else writeFileSync(join(ROOT, 'CHANGELOG.md'), mergeChangelogs(changelogs))
