import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { BROWSER_LAUNCH } from './playwright.ts'
import { type Cdp, openCdp } from './cdp.ts'
import { type EnginePage, makePage } from './browser-page.ts'
import { start } from '../system/processes.ts'
import { trustInStore } from './trust.ts'

/** A page that can be put to sleep as a phone does it: hidden, then frozen. */
export interface SleepyPage extends EnginePage {
  /** Another tab comes in front of it; its timers go on. */
  hide: () => Promise<void>
  /** Hides it and freezes it: no timer, no task of it runs, and its sockets go unread. */
  freeze: () => Promise<void>
  /** It goes on, and is in front again. */
  thaw: () => Promise<void>
  /** Its renderer ends, as for want of memory: nothing of the page runs any more, the tab stays. */
  crash: () => Promise<void>
  /** What a person does with a tab that has crashed: loads it again. */
  revive: () => Promise<void>
}

export interface SleepyBrowser {
  open: (url: string) => Promise<SleepyPage>
  close: () => Promise<void>
}

async function readEndpoint(profile: string): Promise<string> {
  for (let tries = 0; tries < 300; tries++) {
    const text = await readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '')
    const [port, path] = text.split('\n')
    if (path) return `ws://127.0.0.1:${port}${path}`
    await delay(100)
  }
  throw new Error('Chromium did not open its DevTools.')
}

async function openPage(cdp: Cdp, url: string): Promise<SleepyPage> {
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
  const page = makePage({
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
      // A page that can be seen takes the command and does not freeze.
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
      // Who could answer is gone.
      void send('Page.crash').catch(() => {})
      await crashed
    },
    async revive() {
      await send('Page.reload')
      await page.waitFor('document.readyState === "complete"')
    },
  }
}

/** A Chromium without a driver: under one, every page is made to look visible and is never frozen. */
export async function launchSleepy(options: { trust?: string } = {}): Promise<SleepyBrowser> {
  const dir = await mkdtemp(join(tmpdir(), 'vue-sync-sleepy-'))
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
