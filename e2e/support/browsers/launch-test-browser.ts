import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestBrowser, BrowserName, LaunchBrowser } from './test-browser.ts'
import { launchChromium } from './chromium.ts'
import { launchFirefox } from './firefox.ts'
import { launchWebkit } from './webkit.ts'
import { TOOLS } from '../system/tools.ts'

export interface TestBrowserOptions {
  /** Path of the PEM file of a CA that only this browser trusts. @default none */
  trust?: string
}

const LAUNCH: Record<BrowserName, LaunchBrowser> = {
  chromium: launchChromium,
  firefox: launchFirefox,
  webkit: launchWebkit,
}

const REQUIRED_TOOLS: Record<BrowserName, (keyof typeof TOOLS)[]> = {
  chromium: ['browser', 'certutil'],
  firefox: ['firefox', 'certutil'],
  webkit: ['webkitDriver', 'xvfb', 'unshare'],
}

/** Whether this machine has the browser and its tools. The test command lists missing ones at its end. */
export function hasBrowser(name: BrowserName): boolean {
  return REQUIRED_TOOLS[name].every((tool) => TOOLS[tool])
}

/** Launches a browser with a new profile in a temporary folder. */
export async function launchTestBrowser(
  name: BrowserName,
  options: TestBrowserOptions = {},
): Promise<TestBrowser> {
  const dir = await mkdtemp(join(tmpdir(), `vue-sync-${name}-`))
  // A browser that was just killed may still write files.
  const clean = () => rm(dir, { recursive: true, force: true, maxRetries: 10 })
  try {
    const { open, close } = await LAUNCH[name](dir, options.trust)
    return {
      name,
      async open(url) {
        const page = await open(url)
        // A hidden page pauses and is not painted, so a test would see less than a user.
        await page.waitFor('!document.hidden')
        return page
      },
      async close() {
        await close()
        await clean()
      },
    }
  } catch (error) {
    await clean()
    throw error
  }
}
