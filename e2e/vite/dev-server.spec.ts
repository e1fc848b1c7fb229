import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openViteApp, type ViteApp } from '../support/apps/vite-app.ts'
import { violations } from '../support/browsers/accessibility.ts'
import {
  type Browser,
  type BrowserContext,
  launchBrowser,
  watch,
} from '../support/browsers/playwright.ts'

let browser: Browser
beforeAll(async () => void (browser = await launchBrowser()))
afterAll(() => browser.close())

let app: ViteApp
let context: BrowserContext
beforeEach(async () => {
  app = openViteApp()
  context = await browser.newContext()
})
afterEach(async () => {
  await context.close()
  await app.close()
})

const portOf = (link: string): string => new URL(link).port

/** Opens the app as its developer does, and the viewer by the printed link. */
async function openBoth() {
  const link = await app.viewerLink()
  const host = await context.newPage()
  const seen = watch(host)
  await host.goto(`http://localhost:${portOf(link)}/`)
  const phone = await (
    await browser.newContext({ viewport: { width: 390, height: 844 } })
  ).newPage()
  await phone.goto(link)
  return { link, host, phone, seen }
}

describe('an app with the plugin and no options', () => {
  it('is followed by a phone, without a warning in its console', async () => {
    await app.serve()
    const { host, phone, seen } = await openBoth()
    await host.locator('#score').click()
    await host.getByLabel('Title').fill('On the phone')
    await expect.poll(() => phone.locator('body').innerText()).toContain('On the phone')
    expect(seen.complaints).toEqual([])
    await phone.context().close()
  })

  it('has a button in the corner, which opens the share panel', async () => {
    await app.serve()
    const { host, phone, seen } = await openBoth()
    const button = host.getByRole('button', { name: /Show it on a phone\. 1 device connected/ })
    await button.click()
    const panel = host.getByRole('dialog', { name: 'Share' })
    const address = `:${portOf(await app.viewerLink())}/__sync`
    await expect.poll(() => panel.getByText(address).count()).toBeGreaterThan(0)
    expect(await violations(host)).toEqual([])
    await host.keyboard.press('Escape')
    await expect.poll(() => panel.count()).toBe(0)
    expect(seen.complaints).toEqual([])
    await phone.context().close()
  })

  it('is the only app of the page that Vue devtools list', async () => {
    await app.serve()
    await context.addInitScript(() => {
      const apps: unknown[] = []
      const keep = (event: string, one: unknown) => void (event === 'app:init' && apps.push(one))
      const [on, once, off] = Array.from({ length: 3 }, () => () => {})
      Object.assign(globalThis, {
        __VUE_DEVTOOLS_GLOBAL_HOOK__: { enabled: true, apps, emit: keep, on, once, off },
      })
    })
    const { host, phone } = await openBoth()
    await host.getByRole('button', { name: /Show it on a phone/ }).waitFor()
    // What Vue devtools ask of each app.
    const hidden = await host.evaluate(() => {
      type Listed = { _instance?: { type: { devtools?: { hide?: boolean } } } }
      const page = globalThis as unknown as Record<string, { apps: Listed[] }>
      return page['__VUE_DEVTOOLS_GLOBAL_HOOK__']!.apps.map(
        ({ _instance }) => _instance?.type.devtools?.hide === true,
      )
    })
    expect(hidden.toSorted()).toEqual([false, true])
    await phone.context().close()
  })

  it('sends another selection of fields as soon as `sync` of a store is edited', async () => {
    await app.serve()
    const { host, phone } = await openBoth()
    await host.getByLabel('Title').fill('Before')
    const text = (): Promise<string> => phone.locator('body').innerText()
    await expect.poll(text).toContain('Before')
    expect(await text()).not.toContain('quiet')
    app.edit('src/board.ts', "pick: ['title', 'score']", "pick: ['title', 'note']")
    await expect.poll(text).toContain('quiet')
    // The page was not loaded again.
    expect(await host.getByLabel('Title').inputValue()).toBe('Before')
    await phone.context().close()
  })

  it('goes on after the dev server has restarted', async () => {
    const server = await app.serve({}, { server: { strictPort: true } })
    const { host, phone } = await openBoth()
    // A part of the viewer that was still loading would be missing after the restart.
    await expect.poll(() => phone.locator('body').innerText()).toContain('Final')
    await server.restart()
    await expect
      .poll(async () => {
        await host.getByLabel('Title').fill('After the restart')
        return phone.locator('body').innerText()
      })
      .toContain('After the restart')
    await phone.context().close()
  })
})

it('adds neither button nor tab if they are not wanted', async () => {
  await app.serve({ button: false, devtools: false })
  const { host, phone } = await openBoth()
  await host.getByLabel('Title').fill('Plain')
  await expect.poll(() => phone.locator('body').innerText()).toContain('Plain')
  expect(await host.locator('vue-sync-button').count()).toBe(0)
  await phone.context().close()
})

it('tells a page from the network that it does not publish', async () => {
  await app.serve({}, { server: { host: '0.0.0.0', allowedHosts: ['phone.test'] } })
  const link = await app.viewerLink()
  const page = await context.newPage()
  const told: string[] = []
  page.on('console', (message) => told.push(message.text()))
  await page.goto(`http://phone.test:${portOf(link)}/`)
  await expect.poll(() => told.join('\n')).toContain("publishFrom: 'network'")
  expect(told.filter((text) => /VS\d/.test(text))).toEqual([])
})
