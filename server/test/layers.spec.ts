import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A file that imports one module, as lint judges it by its folder. */
interface Sample {
  /** A folder below `server/src`. */
  folder: string
  specifier: string
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const REFUSED: Sample[] = [
  { folder: 'core', specifier: '../guard/guard.ts' },
  { folder: 'core/session', specifier: '../../guard/guard.ts' },
  { folder: 'core/shared', specifier: '../../nodes/hub.ts' },
  { folder: 'core', specifier: 'node:fs' },
  { folder: 'core/session', specifier: 'node:fs/promises' },
  { folder: 'core/access', specifier: '../session/session.ts' },
  { folder: 'core/session', specifier: '../shared/backplane.ts' },
  { folder: 'core/shared', specifier: '../relay.ts' },
  { folder: 'nodes', specifier: '../guard/guard.ts' },
  { folder: 'nodes/redis', specifier: '../../guard/guard.ts' },
  { folder: 'guard', specifier: '../http/routes.ts' },
  { folder: 'http', specifier: '../operate/metrics.ts' },
  { folder: 'operate', specifier: '../server.ts' },
]

const PERMITTED: Sample[] = [
  { folder: 'core', specifier: './session/session.ts' },
  { folder: 'core/session', specifier: '../access/tokens.ts' },
  { folder: 'core/session', specifier: '@vue-sync/vue/protocol' },
  { folder: 'core/shared', specifier: '../session/session.ts' },
  { folder: 'nodes', specifier: '../core/session/retained.ts' },
  { folder: 'nodes', specifier: 'node:buffer' },
  { folder: 'guard', specifier: '../core/limits.ts' },
  { folder: 'operate', specifier: '../http/bearer.ts' },
]

const SAMPLES = [...REFUSED, ...PERMITTED]
const pathOf = (sample: Sample): string =>
  `server/src/${sample.folder}/sample-${SAMPLES.indexOf(sample)}.ts`

/** The rules that each file violates. */
const violations = new Map<string, string[]>()
let root: string

// Runs the real oxlint with this repository's configuration, in a temporary folder of the same structure.
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vue-sync-layers-'))
  await cp(join(ROOT, '.oxlintrc.json'), join(root, '.oxlintrc.json'))
  for (const sample of SAMPLES) {
    const file = join(root, pathOf(sample))
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `export { anything } from '${sample.specifier}'\n`)
  }
  const { resolve } = createRequire(join(ROOT, 'package.json'))
  const oxlint = join(dirname(resolve('oxlint/package.json')), 'bin/oxlint')
  const { stdout } = spawnSync(
    process.execPath,
    [oxlint, '--deny-warnings', '--format=json', '.'],
    { cwd: root, encoding: 'utf8' },
  )
  const report = JSON.parse(stdout) as {
    diagnostics: { code: string; filename: string }[]
    number_of_files: number
  }
  expect(report.number_of_files).toBe(SAMPLES.length)
  for (const { code, filename } of report.diagnostics) {
    const path = filename.replaceAll('\\', '/')
    violations.set(path, [...(violations.get(path) ?? []), code])
  }
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('lint', () => {
  it.each(REFUSED)('fails when a file in $folder imports from $specifier', (sample) => {
    expect(violations.get(pathOf(sample))).toEqual(['eslint(no-restricted-imports)'])
  })

  it.each(PERMITTED)('passes when a file in $folder imports from $specifier', (sample) => {
    expect(violations.get(pathOf(sample))).toBeUndefined()
  })

  it('reports nothing but these imports', () => {
    expect([...violations.keys()].toSorted()).toEqual(REFUSED.map(pathOf).toSorted())
  })
})
