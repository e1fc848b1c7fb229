import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

/** What the tests look for: an explicit path here wins over everything. */
export const BROWSER_ENV = 'VUE_SYNC_BROWSER'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const FIXED = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => {
    const dir = process.env[name]
    return dir ? [join(dir, 'Google/Chrome/Application/chrome.exe')] : []
  }),
]

function onPath(name: string): string | undefined {
  const dirs = (process.env['PATH'] ?? '').split(delimiter)
  return dirs.map((dir) => join(dir, name)).find((path) => existsSync(path))
}

export function findBrowser(): string | undefined {
  return NAMES.map(onPath).find(Boolean) ?? FIXED.find((path) => existsSync(path))
}

/** The commands that bring Chromium on this system, or `undefined` where we may not install. */
function installCommands(): string[][] | undefined {
  const isRoot = process.getuid?.() === 0
  const apt = onPath('apt-get')
  if (!apt) return undefined
  const prefix = isRoot ? [] : ['sudo', '-n']
  if (!isRoot) {
    try {
      execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' })
    } catch {
      return undefined
    }
  }
  const packages = ['chromium', 'fonts-dejavu-core']
  return [
    [...prefix, apt, 'update', '-qq'],
    [...prefix, apt, 'install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]
}

/**
 * The path of a Chrome or Chromium: the one named by `VUE_SYNC_BROWSER`, else an installed one, else one
 * brought by the system's package manager.
 *
 * @throws Error in one line that says what to install
 */
export function ensureBrowser(): string {
  const named = process.env[BROWSER_ENV]
  if (named) {
    if (existsSync(named)) return named
    throw new Error(`${BROWSER_ENV} names ${named}, which does not exist.`)
  }
  const found = findBrowser()
  if (found) return found
  const commands = installCommands()
  if (commands) {
    console.log('[vue-sync] No Chrome or Chromium found: installing chromium with apt-get …')
    try {
      for (const [command, ...args] of commands)
        execFileSync(command!, args, {
          stdio: ['ignore', 'ignore', 'inherit'],
          env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        })
    } catch {
      throw new Error(
        'Installing chromium failed. Install Chrome or Chromium, or set VUE_SYNC_BROWSER.',
      )
    }
    const installed = findBrowser()
    if (installed) return installed
  }
  throw new Error(
    `The browser tests need Chrome or Chromium: install one, or set ${BROWSER_ENV} to its path.`,
  )
}
