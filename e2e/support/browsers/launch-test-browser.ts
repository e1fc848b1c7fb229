import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine, EngineName, LaunchEngine } from './test-browser.ts'
import { launchChromium } from './chromium.ts'
import { launchFirefox } from './firefox.ts'
import { launchWebkit } from './webkit.ts'
import { TOOLS } from '../system/tools.ts'

export interface EngineOptions {
  /** A CA, as the path of its PEM file, that this browser trusts and nothing else on this machine does. */
  trust?: string
}

const LAUNCH: Record<EngineName, LaunchEngine> = {
  chromium: launchChromium,
  firefox: launchFirefox,
  webkit: launchWebkit,
}

const NEEDS: Record<EngineName, (keyof typeof TOOLS)[]> = {
  chromium: ['browser', 'certutil'],
  firefox: ['firefox', 'certutil'],
  webkit: ['webkitDriver', 'xvfb', 'unshare'],
}

/** Whether this machine has it; if not, the test command says so at its end. */
export function hasEngine(name: EngineName): boolean {
  return NEEDS[name].every((tool) => TOOLS[tool])
}

export async function launchEngine(name: EngineName, options: EngineOptions = {}): Promise<Engine> {
  const dir = await mkdtemp(join(tmpdir(), `vue-sync-${name}-`))
  // A browser that was just killed may still write.
  const clean = () => rm(dir, { recursive: true, force: true, maxRetries: 10 })
  try {
    const { open, close } = await LAUNCH[name](dir, options.trust)
    return {
      name,
      async open(url) {
        const page = await open(url)
        // What is hidden is not painted, and pauses: a test would see another page than a person does.
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
