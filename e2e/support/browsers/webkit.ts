import { writeFile } from 'node:fs/promises'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { createBrowserPage } from './browser-page.ts'
import type { LaunchBrowser } from './test-browser.ts'
import { freePort } from '../../../server/test/free-port.ts'
import { type Running, start } from '../system/processes.ts'
import { toolPath } from '../system/tools.ts'
import { trustInNamespace } from './trust.ts'
import { isDriverReady, openSession, type WebDriver } from './webdriver.ts'

/** Finds the browser of WebKitGTK's packages, which is not on PATH. @throws Error if it is missing */
function findMiniBrowser(): string {
  const found = readdirSync('/usr/lib')
    .map((name) => join('/usr/lib', name, 'webkit2gtk-4.1/MiniBrowser'))
    .find((path) => existsSync(path))
  if (!found) throw new Error('No MiniBrowser in /usr/lib/*/webkit2gtk-4.1.')
  return found
}

/** Starts a virtual display, because WebKitGTK has no headless mode. */
async function startScreen(): Promise<{ display: string; screen: Running }> {
  const args = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp']
  const screen = start(toolPath('xvfb'), args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const lines = createInterface(screen.child.stdio[3] as Readable)
  // The loop ends even without a line, because Xvfb closes the pipe when it fails.
  for await (const line of lines) return { display: `:${line}`, screen }
  throw new Error('Xvfb did not start.')
}

async function startDriver(prefix: string[], env: NodeJS.ProcessEnv) {
  const port = await freePort()
  const [command, ...args] = [...prefix, toolPath('webkitDriver'), `--port=${port}`]
  const driver = start(command!, args, { env, stdio: 'ignore' })
  const origin = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 300; tries++) {
    if (await isDriverReady(origin)) return { driver, origin }
    if (driver.child.exitCode !== null) break
    await delay(100)
  }
  await driver.stop()
  throw new Error('WebKitWebDriver did not start.')
}

/** Sends a WebDriver command to one window of the session. */
type InWindow = <T>(handle: string, ...command: Parameters<WebDriver['call']>) => Promise<T>

/** A session has one current window, so each command first selects its window. A queue keeps the two steps together. */
function createInWindow({ call }: WebDriver): InWindow {
  let queue: Promise<unknown> = Promise.resolve()
  return <T>(handle: string, ...command: Parameters<typeof call>): Promise<T> => {
    const next = queue.then(async () => {
      await call('POST', '/window', { handle })
      return call<T>(...command)
    })
    queue = next.catch(() => {})
    return next
  }
}

function wrap(inWindow: InWindow, handle: string) {
  const run = async (expression: string): Promise<string> => {
    const script = `const done = arguments[0]; (async () => ${expression})().then(
      (value) => done({ value }), (error) => done({ error: String(error) }))`
    const { value, error } = await inWindow<{ value: string; error?: string }>(
      handle,
      'POST',
      '/execute/async',
      { script, args: [] },
    )
    if (error !== undefined) throw new Error(error)
    return value
  }
  return createBrowserPage({
    async goto(url) {
      await inWindow(handle, 'POST', '/url', { url })
      // The driver reports no error when a page does not load. The window keeps its old page.
      if ((await run('location.origin')) !== new URL(url).origin)
        throw new Error(`${url} could not be loaded.`)
    },
    reload: () => inWindow(handle, 'POST', '/refresh', {}),
    run,
    screenshot: async (path) =>
      writeFile(path, Buffer.from(await inWindow<string>(handle, 'GET', '/screenshot'), 'base64')),
    close: () => inWindow(handle, 'DELETE', '/window'),
  })
}

/**
 * Launches MiniBrowser over WebDriver. Its profile is in memory and lasts as long as the session, so a new
 * window finds the service worker and the storage of a closed one.
 */
export const launchWebkit: LaunchBrowser = async (dir, trust) => {
  const prefix = trust ? await trustInNamespace(dir, trust) : []
  const { display, screen } = await startScreen()
  let driver: Running | undefined
  async function close(): Promise<void> {
    await driver?.stop()
    await screen.stop()
  }
  try {
    const env = { ...process.env, DISPLAY: display, HOME: dir, XDG_RUNTIME_DIR: dir }
    const started = await startDriver(prefix, { ...env, NO_AT_BRIDGE: '1' })
    driver = started.driver
    const session = await openSession(started.origin, {
      'webkitgtk:browserOptions': { binary: findMiniBrowser(), args: ['--automation'] },
      timeouts: { pageLoad: 30_000, script: 30_000 },
    })
    const inWindow = createInWindow(session)
    // The first window stays open, because the browser exits when its last window closes.
    const first = await session.call<string>('GET', '/window')
    return {
      async open(url) {
        // Each page gets a window, because a new tab would stay hidden behind the old one and not be painted.
        const { handle } = await inWindow<{ handle: string }>(first, 'POST', '/window/new', {
          type: 'window',
        })
        const page = wrap(inWindow, handle)
        await page.goto(url)
        return page
      },
      async close() {
        await session.end().catch(() => {})
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
