import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parse } from 'yaml'
import { ensureLibrary, ROOT } from '../builds.ts'
import { pnpmCommand, read } from '../commands.ts'
import { fail } from '../fail.ts'
import { BROWSER_ENV, ensureBrowser } from './browser.ts'
import { testNuxt, testNuxtModule } from './nuxt.ts'
import { NUXT_VERSIONS } from './nuxt-app.ts'
import { SLIDEV_VERSIONS, testSlidev } from './slidev.ts'

/**
 * Tests the library with other versions of its dependencies than the workspace has. For each combination, the
 * script copies the workspace and sets pnpm overrides. It then runs the library's unit tests, its plugins with a
 * real relay, the published build in Chromium, and the type checks of the source and of the published types.
 * Afterwards it tests the relay in a Nuxt app, the Nuxt module, and slides that follow in Slidev.
 */
type Versions = Record<string, string>

const LIBRARY = 'packages/vue-sync'
const TESTS = [LIBRARY, 'e2e/mirror/plugin.spec.ts', 'e2e/mirror/build.spec.ts']
/** Root devDependencies that none of these tests need. They are more than 200 MB of runtimes. */
const UNNEEDED = ['bun', 'deno', 'node']

interface Manifest {
  dependencies: Versions
  devDependencies: Versions
  peerDependencies: Versions
}
const readManifest = (path: string): Manifest => JSON.parse(readFileSync(path, 'utf8'))

/** Returns the lowest version that each range in the library's package.json allows. */
function lowestVersions(): Versions {
  const { dependencies, peerDependencies } = readManifest(join(ROOT, LIBRARY, 'package.json'))
  const ranges = { ...dependencies, ...peerDependencies }
  return Object.fromEntries(
    ['pinia', 'vue', '@vueuse/core', 'idb-keyval'].map((name) => {
      const lowest = /\d+\.\d+\.\d+/.exec(ranges[name] ?? '')?.[0]
      return [name, lowest ?? fail(`${LIBRARY}/package.json declares no range for ${name}.`)]
    }),
  )
}

const COMBINATIONS: [title: string, versions: Versions][] = [
  ['the lowest versions', lowestVersions()],
  ['the versions of most apps', { pinia: '3.0.4', '@vueuse/core': '14.4.0' }],
]

const runNode = (cwd: string, script: string, ...args: string[]): Promise<string> =>
  read([process.execPath], [join(cwd, 'node_modules', script), ...args], { cwd })

function copyWorkspace(dir: string, versions: Versions): void {
  const { stdout } = spawnSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  )
  for (const file of stdout.split('\0').filter(Boolean))
    cpSync(join(ROOT, file), join(dir, file), { force: true })
  cpSync(join(ROOT, LIBRARY, 'dist'), join(dir, LIBRARY, 'dist'), { recursive: true })

  const manifest = readManifest(join(dir, 'package.json'))
  for (const name of UNNEEDED) delete manifest.devDependencies[name]
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest))
  const settingsPath = join(dir, 'pnpm-workspace.yaml')
  const settings = parse(readFileSync(settingsPath, 'utf8')) as { allowBuilds: object }
  const allowBuilds = { ...settings.allowBuilds, 'vue-demi': false }
  // Every JSON text is valid YAML.
  writeFileSync(settingsPath, JSON.stringify({ ...settings, allowBuilds, overrides: versions }))
  // Without the source condition, the fixture uses the published types.
  const published = {
    extends: './tsconfig.base.json',
    compilerOptions: { customConditions: [] },
    include: ['e2e/fixture/*.ts', `${LIBRARY}/src/env.d.ts`],
  }
  writeFileSync(join(dir, 'tsconfig.published.json'), JSON.stringify(published))
}

async function test(versions: Versions): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'vue-sync-matrix-'))
  try {
    copyWorkspace(dir, versions)
    const install = ['install', '--no-frozen-lockfile', '--prefer-offline']
    await read(pnpmCommand(), install, { cwd: dir })
    for (const [name, version] of Object.entries(versions)) {
      const path = join(dir, LIBRARY, 'node_modules', name, 'package.json')
      const installed = (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
      if (installed !== version) throw new Error(`${name} ${installed} was installed.`)
    }
    await runNode(dir, 'vue-tsc/bin/vue-tsc.js', '-p', `${LIBRARY}/tsconfig.json`)
    await runNode(dir, 'typescript/bin/tsc', '-p', 'tsconfig.published.json')
    await runNode(dir, 'vitest/vitest.mjs', 'run', ...TESTS)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

try {
  process.env[BROWSER_ENV] = ensureBrowser()
  ensureLibrary()
} catch (error) {
  fail((error as Error).message)
}
const { devDependencies } = readManifest(join(ROOT, 'package.json'))
const describe = (versions: Versions): string =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')

async function report(title: string, details: string, test: () => Promise<unknown>): Promise<void> {
  const startedAt = Date.now()
  try {
    await test()
  } catch (error) {
    fail(`FAILED ${title}: ${details}\n${(error as Error).message}`)
  }
  console.log(`passed ${title}: ${details} (${Math.round((Date.now() - startedAt) / 1000)} s)`)
}

for (const [title, versions] of COMBINATIONS) {
  const all = { pinia: '', vue: devDependencies['vue']!, ...versions }
  await report(title, describe(all), () => test(versions))
}
await report('the relay in a Nuxt app', describe(NUXT_VERSIONS), testNuxt)
await report('the Nuxt module', describe(NUXT_VERSIONS), testNuxtModule)
await report('slides that follow the presenter', describe(SLIDEV_VERSIONS), testSlidev)
console.log('not repeated: the highest versions, which `pnpm test` covers')
