import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { ROOT } from '../builds.ts'
import { pnpmCommand, read, run } from '../commands.ts'
import { fail } from '../fail.ts'
import {
  checkAddress,
  PLACEHOLDERS,
  type ProjectAddress,
  readAddress,
  replaceAddress,
  siteOf,
  writeAddress,
} from './project-address.ts'

/** Keeps the stand-ins, with which it recognizes a project that has no address. */
const KEPT = new Set(['scripts/release/project-address.ts', 'package.json'])

/**
 * `pnpm project:address REPOSITORY CONTACT`: gives the project its public repository and its contact, in the root
 * `package.json` and in every tracked file that has the present ones.
 */
async function setAddress(to: ProjectAddress): Promise<void> {
  checkAddress(to)
  const manifestPath = join(ROOT, 'package.json')
  const manifest = readFileSync(manifestPath, 'utf8')
  const from = { ...PLACEHOLDERS, ...readAddress(JSON.parse(manifest)) }
  const patterns = ['-e', from.repository, '-e', from.contact, '-e', siteOf(from.repository)]
  const found = await read(['git'], ['grep', '--files-with-matches', '-I', '-F', ...patterns])
  const files = found.split('\n').filter((file) => file !== '' && !KEPT.has(file))
  for (const file of files) {
    const path = join(ROOT, file)
    writeFileSync(path, replaceAddress(readFileSync(path, 'utf8'), from, to))
  }
  writeFileSync(manifestPath, writeAddress(manifest, to))
  run(pnpmCommand(), ['format'])
  console.log(`[vue-sync] Changed package.json and ${files.length} other files. Commit them.`)
}

const [repository, contact, ...others] = process.argv.slice(2)
if (!repository || !contact || others.length > 0)
  fail('Usage: pnpm project:address https://github.com/OWNER/NAME CONTACT@EXAMPLE.ORG')
await setAddress({ repository, contact }).catch((error: Error) => fail(error.message))
