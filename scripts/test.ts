import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { BROWSER_ENV, ensureBrowser } from './browser.ts'
import { fail } from './fail.ts'
import { ensureLibrary, ensureViewer, ROOT } from './builds.ts'

const args = process.argv.slice(2)

/** `--project NAME` without e2e, or paths outside it, need neither browser nor build. */
function needsBrowser(): boolean {
  const projects = args.flatMap((arg, index) =>
    arg === '--project' ? [args[index + 1]] : arg.startsWith('--project=') ? [arg.slice(10)] : [],
  )
  if (projects.length > 0) return projects.includes('e2e')
  const paths = args.filter((arg) => /\//.test(arg) && !arg.startsWith('-'))
  return paths.length === 0 || paths.some((path) => path.includes('e2e'))
}

if (needsBrowser()) {
  try {
    process.env[BROWSER_ENV] = ensureBrowser()
    ensureViewer()
    ensureLibrary()
  } catch (error) {
    fail((error as Error).message)
  }
}

const report = join(tmpdir(), `vue-sync-tests-${process.pid}.json`)
const { status } = spawnSync(
  process.execPath,
  [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ],
  { cwd: ROOT, stdio: 'inherit' },
)
try {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  // One plain line, for whoever reads the end of a log.
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
} catch {
  console.log('0 passed, 0 failed')
} finally {
  rmSync(report, { force: true })
}
process.exit(status ?? 1)
