import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../builds.ts'

const FOLDERS = ['e2e', 'server/src', 'server/test', 'packages', 'apps', 'scripts', 'bench']
/** Specs, their supports, and the programs at the top of a folder. */
const STARTS_RELAYS = /\.spec\.ts$|[/\\]support[/\\].*\.ts$|^[^/\\]+\.[cm]?[jt]s$/

it('tests start the command through `COMMAND`, so that it keeps no keys in the home folder', async () => {
  const found: string[] = []
  for (const folder of FOLDERS) {
    for (const name of await readdir(join(ROOT, folder), { recursive: true })) {
      if (!STARTS_RELAYS.test(name) || name.includes('node_modules')) continue
      const text = await readFile(join(ROOT, folder, name), 'utf8')
      if (/PUBLISHED_COMMAND|(?:dist|src)\/cli\/cli\.[jt]s/.test(text))
        found.push(join(folder, name).replaceAll(sep, '/'))
    }
  }
  expect(found.toSorted()).toEqual([
    // Gives its relays keys.
    'bench/nodes.ts',
    // In a container or user of its own.
    'e2e/commands/container.spec.ts',
    // With a folder for keys of its own.
    'e2e/commands/restart.spec.ts',
    'scripts/test/command-of-tests.spec.ts',
    'server/test/built-command.ts',
    'server/test/command-main.js',
    'server/test/home-folder.spec.ts',
  ])
})
