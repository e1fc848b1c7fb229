import { writeFile } from 'node:fs/promises'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { makePage } from './browser-page.ts'
import type { LaunchEngine } from './test-browser.ts'
import { freePort } from '../system/free-port.ts'
import { type Running, start } from '../system/processes.ts'
import { toolPath } from '../system/tools.ts'
import { trustInNamespace } from './trust.ts'
import { isReady, openSession, type WebDriver } from './webdriver.ts'

/** The browser that WebKitGTK's packages bring, which no PATH holds. */
function findMiniBrowser(): string {
  const found = readdirSync('/usr/lib')
    .map((name) => join('/usr/lib', name, 'webkit2gtk-4.1/MiniBrowser'))
    .find((path) => existsSync(path))
  if (!found) throw new Error('No MiniBrowser in /usr/lib/*/webkit2gtk-4.1.')
  return found
}

/** WebKitGTK has no headless mode. */
async function startScreen(): Promise<{ display: string; screen: Running }> {
  const args = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp']
  const screen = start(toolPath('xvfb'), args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const lines = createInterface(screen.child.stdio[3] as Readable)
  // Ends with or without a line: Xvfb closes the pipe when it gives up.
  for await (const line of lines) return { display: `:${line}`, screen }
  throw new Error('Xvfb did not start.')
}

async function startDriver(prefix: string[], env: NodeJS.ProcessEnv) {
  const port = await freePort()
  const [command, ...args] = [...prefix, toolPath('webkitDriver'), `--port=${port}`]
  const driver = start(command!, args, { env, stdio: 'ignore' })
  const origin = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 300; tries++) {
    if (await isReady(origin)) return { driver, origin }
    if (driver.child.exitCode !== null) break
    await delay(100)
  }
  await driver.stop()
  throw new Error('WebKitWebDriver did not start.')
}

type InWindow = <T>(handle: string, ...command: Parameters<WebDriver['call']>) => Promise<T>

/** A session has one current window: a command says first which it is for, and none comes between. */
function makeInWindow({ call }: WebDriver): InWindow {
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
  return makePage({
    async goto(url) {
      await inWindow(handle, 'POST', '/url', { url })
      // A page that could not be loaded is no error to this driver: it stays where it was.
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
 * MiniBrowser by WebDriver. Its profile is in memory and lasts as long as the session: a page that was
 * closed finds its service worker and storage again in the next window.
 */
export const launchWebkit: LaunchEngine = async (dir, trust) => {
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
    const inWindow = makeInWindow(session)
    // The window it starts with stays: the browser would end with its last one.
    const first = await session.call<string>('GET', '/window')
    return {
      async open(url) {
        // A window each: a new tab would stay behind the old one, hidden, never painted.
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
