import { join } from 'node:path'
import process from 'node:process'
import { bring, type Tool } from './tools.ts'

/** What the tests look for: an explicit path here wins over everything. */
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
 * Chromium without a window: the same engine at less than half the CPU time. Without it the tests that use it run
 * in the whole browser.
 */
export const HEADLESS_SHELL: Tool = {
  label: 'Chromium’s headless shell',
  env: 'VUE_SYNC_HEADLESS_SHELL',
  packages: ['chromium-headless-shell'],
  names: ['chromium-headless-shell'],
}

export const NO_BROWSER = `The browser tests need Chrome or Chromium: install one, or set ${BROWSER_ENV} to its path.`

/**
 * The path of a Chrome or Chromium: the one named by `VUE_SYNC_BROWSER`, else an installed one, else one
 * brought by the system's package manager.
 *
 * @throws Error in one line that says what to install
 */
export function ensureBrowser(): string {
  const [path] = bring([CHROMIUM])
  if (path) return path
  throw new Error(NO_BROWSER)
}
