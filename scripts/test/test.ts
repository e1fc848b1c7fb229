import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fail } from '../fail.ts'
import { ensureLibrary, ensureViewer, ROOT } from '../builds.ts'
import { slowestFiles } from './slowest-files.ts'
import { ensureTestTools } from './test-tools.ts'

const args = process.argv.slice(2)

/** Browsers, tools and builds are needed unless the arguments select only other projects or paths than e2e. */
function needsBrowsers(): boolean {
  const projects = args.flatMap((arg, index) =>
    arg === '--project' ? [args[index + 1]] : arg.startsWith('--project=') ? [arg.slice(10)] : [],
  )
  if (projects.length > 0) return projects.includes('e2e')
  const paths = args.filter((arg) => /\//.test(arg) && !arg.startsWith('-'))
  return paths.length === 0 || paths.some((path) => path.includes('e2e'))
}

let missing: string[] = []
if (needsBrowsers()) {
  try {
    missing = ensureTestTools()
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
for (const line of missing) console.log(`[vue-sync] ${line}`)
try {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  console.log(['The slowest files:', ...slowestFiles(testResults)].join('\n'))
  // The last line of the log is a summary without formatting.
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
} catch {
  console.log('0 passed, 0 failed')
} finally {
  rmSync(report, { force: true })
}
process.exit(status ?? 1)
