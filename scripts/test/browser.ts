import { join } from 'node:path'
import process from 'node:process'
import { findOrInstall, type Tool } from './tools.ts'

/** Environment variable with the path of the browser. It takes precedence over an installed one. */
export const BROWSER_ENV = 'VUE_SYNC_BROWSER'

export const CHROMIUM: Tool = {
  label: 'Chromium',
  env: BROWSER_ENV,
  packages: ['chromium', 'fonts-dejavu-core'],
  names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
  paths: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => {
      const dir = process.env[name]
      return dir ? [join(dir, 'Google/Chrome/Application/chrome.exe')] : []
    }),
  ],
}

/**
 * Chromium without a window: the same engine at less than half the CPU time. If it is missing, its tests run in
 * the full browser.
 */
export const HEADLESS_SHELL: Tool = {
  label: 'Chromium’s headless shell',
  env: 'VUE_SYNC_HEADLESS_SHELL',
  packages: ['chromium-headless-shell'],
  names: ['chromium-headless-shell'],
}

export const NO_BROWSER = `The browser tests need Chrome or Chromium: install one, or set ${BROWSER_ENV} to its path.`

/**
 * Returns the path of Chrome or Chromium. `VUE_SYNC_BROWSER` takes precedence over an installed one. If there is
 * none, apt installs Chromium.
 *
 * @throws Error in one line that says what to install
 */
export function ensureBrowser(): string {
  const [path] = findOrInstall([CHROMIUM])
  if (path) return path
  throw new Error(NO_BROWSER)
}
