import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { BROWSER_LAUNCH } from './playwright.ts'
import { type Cdp, openCdp } from './cdp.ts'
import { type BrowserPage, createBrowserPage } from './browser-page.ts'
import { start } from '../system/processes.ts'
import { trustInStore } from './trust.ts'

/** A page that a test can hide and freeze, as a phone does with a background tab. */
export interface FreezablePage extends BrowserPage {
  /** Activates another tab. The timers of the hidden page keep running. */
  hide: () => Promise<void>
  /** Hides and freezes the page: its timers and tasks stop, and it does not read its sockets. */
  freeze: () => Promise<void>
  /** Resumes the page and activates its tab. */
  thaw: () => Promise<void>
  /** Kills the renderer, as a shortage of memory does. The tab stays open. */
  crash: () => Promise<void>
  /** Reloads a crashed tab, as a user would. */
  reloadAfterCrash: () => Promise<void>
}

export interface FreezableBrowser {
  open: (url: string) => Promise<FreezablePage>
  close: () => Promise<void>
}

async function readEndpoint(profile: string): Promise<string> {
  for (let tries = 0; tries < 300; tries++) {
    const text = await readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '')
    const [port, path] = text.split('\n')
    if (path) return `ws://127.0.0.1:${port}${path}`
    await delay(100)
  }
  throw new Error('Chromium did not open its DevTools within 30 seconds.')
}

async function openPage(cdp: Cdp, url: string): Promise<FreezablePage> {
  const newTab = async () =>
    (await cdp.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' })).targetId
  const targetId = await newTab()
  const { sessionId } = await cdp.send<{ sessionId: string }>('Target.attachToTarget', {
    targetId,
    flatten: true,
  })
  const send = <T>(method: string, params?: object) => cdp.send<T>(method, params, sessionId)
  await send('Page.enable')
  let front: string | undefined

  async function run(expression: string): Promise<string> {
    const { result, exceptionDetails } = await send<{
      result: { value: string }
      exceptionDetails?: { text: string; exception?: { description?: string } }
    }>('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  const page = createBrowserPage({
    async goto(next) {
      const { errorText } = await send<{ errorText?: string }>('Page.navigate', { url: next })
      if (errorText) throw new Error(`${errorText} at ${next}`)
      await page.waitFor('document.readyState === "complete"')
    },
    async reload() {
      await run('void (globalThis.isOld = true)')
      await send('Page.reload')
      await page.waitFor('!globalThis.isOld && document.readyState === "complete"')
    },
    run,
    async screenshot(path) {
      const { data } = await send<{ data: string }>('Page.captureScreenshot')
      await writeFile(path, Buffer.from(data, 'base64'))
    },
    close: async () => void (await cdp.send('Target.closeTarget', { targetId })),
  })
  await page.goto(url)

  async function hide(): Promise<void> {
    front ??= await newTab()
    await cdp.send('Target.activateTarget', { targetId: front })
    await page.waitFor('document.hidden')
  }
  return {
    ...page,
    hide,
    async freeze() {
      // Chromium accepts the command for a visible page, but does not freeze it.
      await hide()
      await send('Page.setWebLifecycleState', { state: 'frozen' })
    },
    async thaw() {
      await send('Page.setWebLifecycleState', { state: 'active' })
      await cdp.send('Target.activateTarget', { targetId })
      if (front) await cdp.send('Target.closeTarget', { targetId: front })
      front = undefined
      await page.waitFor('!document.hidden')
    },
    async crash() {
      const crashed = cdp.once('Inspector.targetCrashed', sessionId)
      // The crashed renderer cannot answer the command.
      void send('Page.crash').catch(() => {})
      await crashed
    },
    async reloadAfterCrash() {
      await send('Page.reload')
      await page.waitFor('document.readyState === "complete"')
    },
  }
}

/** Launches Chromium without a driver, because a driver keeps every page visible and never frozen. */
export async function launchFreezableBrowser(
  options: { trust?: string } = {},
): Promise<FreezableBrowser> {
  const dir = await mkdtemp(join(tmpdir(), 'vue-sync-freezable-'))
  const profile = join(dir, 'profile')
  if (options.trust) await trustInStore(join(dir, '.pki/nssdb'), options.trust)
  const args = [
    ...BROWSER_LAUNCH.args,
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--no-default-browser-check',
    'about:blank',
  ]
  const { stop } = start(BROWSER_LAUNCH.executablePath, args, {
    stdio: 'ignore',
    env: { ...process.env, HOME: dir },
  })
  async function clean(): Promise<void> {
    await stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 10 })
  }
  try {
    const cdp = await openCdp(await readEndpoint(profile))
    return {
      open: (url) => openPage(cdp, url),
      async close() {
        cdp.close()
        await clean()
      },
    }
  } catch (error) {
    await clean()
    throw error
  }
}
