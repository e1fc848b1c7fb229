import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureVitePackages, ROOT } from '../../scripts/builds.ts'
import { BROWSER_LAUNCH } from '../support/browsers/playwright.ts'
import { readBlocks } from '../support/readme/blocks.ts'

const run = promisify(execFile)
const PAGE = join(ROOT, 'docs/guide/testing.md')
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs')
/** For a busy machine. */
const TIMEOUTS = ['--testTimeout=60000', '--hookTimeout=60000', '--expect.poll.timeout=20000']
/** The packages that the guide installs, and where this repository has them. */
const PACKAGES: Record<string, string> = {
  '@vitejs/plugin-vue': 'node_modules/@vitejs/plugin-vue',
  '@vue-sync/server': 'server',
  '@vue-sync/vite': 'packages/vite',
  '@vue-sync/vue': 'packages/vue-sync',
  pinia: 'node_modules/pinia',
  'playwright-core': 'node_modules/playwright-core',
  vite: 'node_modules/vite',
  vitest: 'node_modules/vitest',
  vue: 'node_modules/vue',
}

/** The part of Vitest's report that this test reads. */
interface Report {
  numPassedTests: number
  testResults: {
    name: string
    message: string
    assertionResults: { failureMessages: string[] }[]
  }[]
}

/** The environment without the variables of the Vitest that runs this test. */
function outsideEnv(): NodeJS.ProcessEnv {
  const isOurs = (name: string) => /^(?:VITEST|NODE_ENV$|TEST$|MODE$|DEV$|PROD$|SSR$)/.test(name)
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs(name)))
}

let dir: string
beforeAll(async () => {
  ensureVitePackages()
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-testing-guide-'))
  for (const [name, path] of Object.entries(PACKAGES)) {
    const link = join(dir, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(ROOT, path), link)
  }
})
afterAll(() => rm(dir, { recursive: true, force: true }))

it('the guide for tests has tests that pass', async () => {
  const blocks = readBlocks(await readFile(PAGE, 'utf8')).filter(({ target }) => target)
  const specs = blocks.filter(({ target }) => target!.endsWith('.spec.ts'))
  for (const { target, code } of blocks) {
    const path = join(dir, target!)
    await mkdir(dirname(path), { recursive: true })
    const launch = `chromium.launch(${JSON.stringify(BROWSER_LAUNCH)})`
    await writeFile(path, code.replace('chromium.launch()', launch))
  }
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }')
  const output = join(dir, 'report.json')
  const args = ['run', '--reporter=json', `--outputFile=${output}`, ...TIMEOUTS]
  // It rejects when a test fails. The report has the reason.
  await run(process.execPath, [VITEST, ...args], { cwd: dir, env: outsideEnv() }).catch(() => {})
  const report = JSON.parse(await readFile(output, 'utf8')) as Report
  const failures = report.testResults.flatMap(({ name, message, assertionResults }) => [
    ...(message ? [`${name}: ${message}`] : []),
    ...assertionResults.flatMap(({ failureMessages }) => failureMessages),
  ])
  expect(failures).toEqual([])
  expect(report.numPassedTests).toBe(specs.length)
})
