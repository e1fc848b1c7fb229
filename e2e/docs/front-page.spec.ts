import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ensureDocs } from '../../scripts/builds.ts'
import { horizontalOverflow, smallTargets, violations } from '../support/browsers/accessibility.ts'
import type { BrowserPage } from '../support/browsers/browser-page.ts'
import { hasBrowser, launchTestBrowser } from '../support/browsers/launch-test-browser.ts'
import { type Browser, launchBrowser, type Page, watch } from '../support/browsers/playwright.ts'
import type { BrowserName, TestBrowser } from '../support/browsers/test-browser.ts'
import { type DocsSite, serveDocs } from '../support/pages/docs-site.ts'

let site: DocsSite
let engine: TestBrowser | undefined
let chromium: Browser | undefined

beforeAll(ensureDocs)
beforeEach(async () => {
  site = await serveDocs()
})
afterEach(async () => {
  await engine?.close()
  await chromium?.close()
  await site.stop()
  engine = chromium = undefined
  // A page that asks another origin for anything fails its test.
  expect(site.blocked).toEqual([])
})

type Phone = 1 | 2

const IS_LIVE = `document.querySelectorAll('[data-mood="live"]').length === 2`
const inPhone = (phone: Phone, selector: string) =>
  `document.querySelector('[data-phone="phone${phone}"] ${selector}')`
const hasMood = (phone: Phone, mood: string) =>
  `${inPhone(phone, '.phone')}.dataset.mood === '${mood}'`
const showsPoints = (phone: Phone, points: number) =>
  `${inPhone(phone, '.score .home b')}?.textContent === '${points}'`
const click = (page: BrowserPage, label: string) =>
  page.evaluate(`[...document.querySelectorAll('.live button')]
    .find((button) => (button.ariaLabel ?? button.textContent.trim()) === '${label}').click()`)
const setClock = (page: BrowserPage, seconds: number) =>
  page.evaluate(`((slider) => {
    slider.value = ${seconds}
    slider.dispatchEvent(new Event('input', { bubbles: true }))
  })(document.querySelector('#live-clock'))`)

/** The frame of a change, as the table shows it, with its size at each device. */
const lastChange = `((button) => {
  button.click()
  return new Promise((resolve) => setTimeout(() => {
    const row = button.closest('tr')
    resolve({
      text: row.nextElementSibling.textContent.trim(),
      sizes: [...row.querySelectorAll('td')].map((cell) => cell.textContent.trim()),
    })
  }))
})(document.querySelector('.frames .change button'))`

describe.each<BrowserName>(['chromium', 'firefox', 'webkit'])('the front page in %s', (name) => {
  it.skipIf(!hasBrowser(name))(
    'mirrors the host to two phones, through a lost network, a removal and a reload without a server',
    async () => {
      engine = await launchTestBrowser(name)
      const page = await engine.open(`${site.origin}/`)
      await page.waitFor(IS_LIVE)

      await setClock(page, 123)
      for (const phone of [1, 2] as const)
        await page.waitFor(`${inPhone(phone, '.time')}.textContent === '2:03'`)
      const { text, sizes } = await page.evaluate<{ text: string; sizes: string[] }>(lastChange)
      expect(JSON.parse(text).payload).toEqual({ match: { seconds: 123 } })
      const bytes = `${new TextEncoder().encode(text).length} B`
      expect(sizes).toEqual([`↑ ${bytes}`, bytes, bytes])

      await click(page, 'Network of Phone 2')
      await page.waitFor(hasMood(2, 'stale'))
      expect(await page.text()).toMatch(/No network\s+as of \d\d:\d\d:\d\d/)
      await click(page, '+2 for the Hawks')
      await page.waitFor(showsPoints(1, 44))
      expect(await page.evaluate(showsPoints(2, 42))).toBe(true)

      await click(page, 'Network of Phone 2')
      await page.waitFor(`${hasMood(2, 'live')} && ${showsPoints(2, 44)}`)
      const RESUMED = `document.querySelector('[data-device="phone2"][data-resumed="1"]')`
      await page.waitFor(`${RESUMED} && !${RESUMED}.dataset.whole`)

      await click(page, 'Remove Phone 1')
      await page.waitFor(hasMood(1, 'removed'))
      await click(page, '+3 for the Hawks')
      await page.waitFor(showsPoints(2, 47))
      await click(page, 'Add Phone 1 again')
      await page.waitFor(`${hasMood(1, 'live')} && ${showsPoints(1, 47)}`)

      await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
      await page.waitFor('navigator.serviceWorker.controller !== null')
      await site.stop()
      await page.reload()
      await page.waitFor(IS_LIVE)
    },
  )
})

/** Opens the front page and waits until both phones are live. */
async function openLive(colorScheme: 'light' | 'dark', width: number): Promise<Page> {
  chromium ??= await launchBrowser()
  const page = await chromium.newPage({ colorScheme, viewport: { width, height: 844 } })
  await page.goto(site.origin)
  await page.locator('#live-title').scrollIntoViewIfNeeded()
  await page.waitForFunction(IS_LIVE)
  return page
}

describe('the front page', () => {
  it.each(['light', 'dark'] as const)(
    'has no accessibility violations and fits a small phone in %s colours',
    async (scheme) => {
      const page = await openLive(scheme, 360)
      const { complaints } = watch(page)
      await page.getByLabel('Network of Phone 2').click()
      await page.getByText('Remove Phone 1').click()
      await page.locator('[data-mood="removed"]').waitFor()
      await page.locator('[data-mood="stale"]').waitFor()
      expect(await violations(page)).toEqual([])
      expect(await horizontalOverflow(page)).toBe(0)
      expect(complaints).toEqual([])
    },
  )

  it('has controls that fingers can hit', async () => {
    const page = await openLive('light', 360)
    const small = await smallTargets(page)
    expect(small.filter((text) => text.includes('data-v-'))).toEqual([])
  })

  it('stops everything when the visitor goes to another page, and starts again', async () => {
    chromium = await launchBrowser()
    const page = await chromium.newPage()
    await page.addInitScript(() => {
      const running = new Set<number>()
      Object.assign(globalThis, { running })
      const { setInterval, clearInterval } = globalThis
      globalThis.setInterval = ((...args: Parameters<typeof setInterval>) => {
        const id = setInterval(...args)
        running.add(id as never)
        return id
      }) as never
      globalThis.clearInterval = ((id: number) => {
        running.delete(id)
        clearInterval(id)
      }) as never
    })
    await page.goto(`${site.origin}/comparison`)
    const { complaints } = watch(page)
    for (let visit = 0; visit < 2; visit++) {
      await page.locator('.VPNavBarTitle a').click()
      await page.waitForFunction(IS_LIVE)
      expect(page.workers()).toHaveLength(1)
      await page.getByLabel('Start the clock').click()
      await page.waitForFunction(`document.querySelector('.phone .time').textContent === '5:10'`)
      await page.goBack()
      await page.locator('.live').waitFor({ state: 'detached' })
      await expect.poll(() => page.workers()).toEqual([])
      expect(await page.evaluate('running.size')).toBe(0)
      expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain('vue-sync')
    }
    expect(complaints).toEqual([])
  })

  it('shows a picture and says why where it cannot run', async () => {
    chromium = await launchBrowser()
    const page = await chromium.newPage()
    await page.addInitScript('delete globalThis.Worker')
    await page.goto(site.origin)
    await page.getByText('This browser cannot run the demo here').waitFor()
    expect(await page.locator('.phone[data-mood="waiting"]').count()).toBe(2)
  })
})
