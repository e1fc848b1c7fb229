import { readManifest } from '../support/pages/read-manifest.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, session } from '../../server/test/client.ts'
import { horizontalOverflow, smallTargets, violations } from '../support/browsers/accessibility.ts'
import { type Browser, launchBrowser, type Page } from '../support/browsers/playwright.ts'
import { limitFrameRate, serveDemoHost, VIEWER_DIR } from '../support/pages/demo.ts'
import { createPlaywrightDriver } from '../support/pages/playwright-driver.ts'
import { HOST_SCREENS } from '../support/pages/host-screens.ts'
import { type ScreenHost, startScreenHost } from '../support/pages/screen-host.ts'
import { SCREENS, SECOND_SESSION } from '../support/pages/screens.ts'
import { startRelay, type TestRelay } from '../support/relays/relay.ts'

// Lighthouse's checks without its timings: accessibility (axe-core), tap targets, layout, manifest, page head.
let browser: Browser
let relay: TestRelay
let demo: Awaited<ReturnType<typeof serveDemoHost>>
let hostPage: Page
let screensHost: ScreenHost

const origin = () => relay.url.replace('ws', 'http')
const link = () => relay.viewerUrls()[0]!.url

beforeAll(async () => {
  browser = await launchBrowser(
    '--use-fake-device-for-media-stream',
    // The headless shell lets no page use a camera by a granted permission alone.
    '--use-fake-ui-for-media-stream',
  )
  ;[relay, demo] = await Promise.all([startRelay(0, { viewerDir: VIEWER_DIR }), serveDemoHost()])
  screensHost = startScreenHost(
    await connect(relay, 'host', { path: '/s/screens' }),
    await connect(relay, 'host', { path: `/s/${SECOND_SESSION}` }),
  )
  hostPage = await (await browser.newContext()).newPage()
  await limitFrameRate(hostPage)
  await hostPage.goto(demo.url(relay.url))
  await hostPage.getByRole('heading', { name: 'Global temperature' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await screensHost?.close()
  await demo?.close()
  await relay?.stop()
})

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
const SMALL_PHONE = { ...PHONE, viewport: { width: 320, height: 568 } }
const DESKTOP = { viewport: { width: 1440, height: 900 } }

/** Screens that only Chromium can reach: they need a permission, a host name or no network. */
const OTHER_SCREENS: [name: string, go: (page: Page) => Promise<unknown>][] = [
  [
    'the camera',
    async (page) => {
      await page.context().grantPermissions(['camera'])
      await page.goto(origin())
      await page.getByRole('button', { name: 'Scan the code' }).click()
      await page.locator('.finder i').waitFor()
    },
  ],
  [
    'plain http',
    async (page) => {
      await page.goto(origin().replace('127.0.0.1', 'lan.test'))
      await page.getByText('Not secure').waitFor()
    },
  ],
  [
    'no network',
    async (page) => {
      await page.goto(link())
      await says(page, 'Global temperature')
      await page.context().setOffline(true)
      await page
        .getByText(/No network · as of/)
        .first()
        .waitFor()
    },
  ],
]

/** Every screen of the viewer, and how a user gets there. */
const ALL_SCREENS: typeof OTHER_SCREENS = [
  ...SCREENS.map(({ name, open: go }): (typeof OTHER_SCREENS)[number] => [
    name,
    (page) =>
      go(createPlaywrightDriver(page), {
        app: origin(),
        link: `${link()}&s=screens`,
        change: screensHost.change,
      }),
  ]),
  ...OTHER_SCREENS,
]

const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()
const says = (page: Page, text: string) => page.getByText(text).first().waitFor()

async function open(options: object): Promise<Page> {
  const context = await browser.newContext({
    ...options,
    // The viewer's content security policy would refuse the style that enlarges the text.
    bypassCSP: true,
    // A service worker would load the whole app again in every context. pwa.spec.ts tests it.
    serviceWorkers: 'block',
  })
  await limitFrameRate(context)
  return context.newPage()
}

async function use(options: object, run: (page: Page) => Promise<void>) {
  const page = await open(options)
  try {
    await run(page)
  } finally {
    await page.context().close()
  }
}

describe.each(ALL_SCREENS)('%s', (_, go) => {
  // The screen is opened once: the tests below change only its size, colours and text size.
  let phone: Promise<Page> | undefined
  async function reach(): Promise<Page> {
    const page = await open(PHONE)
    await go(page)
    return page
  }
  async function onPhone({ viewport }: typeof PHONE, colorScheme: 'light' | 'dark') {
    phone ??= reach()
    const page = await phone
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme })
    return page
  }
  // If the screen cannot be opened, its tests have failed already.
  afterAll(() =>
    phone?.then(
      (page) => page.context().close(),
      () => {},
    ),
  )

  it.each([
    ['phone, light', 'light'],
    ['phone, dark', 'dark'],
  ] as const)('has no axe violation (%s)', async (_name, colorScheme) => {
    expect(await violations(await onPhone(PHONE, colorScheme))).toEqual([])
  })

  it('has no axe violation (desktop, dark)', async () => {
    await use({ ...DESKTOP, colorScheme: 'dark' }, async (page) => {
      await go(page)
      expect(await violations(page)).toEqual([])
    })
  })

  it('has large tap targets and fits a small phone, also with text at 200 %', async () => {
    const page = await onPhone(SMALL_PHONE, 'light')
    expect(await smallTargets(page)).toEqual([])
    expect(await horizontalOverflow(page)).toBe(0)
    const larger = await page.addStyleTag({ content: 'html { font-size: 200% }' })
    expect(await horizontalOverflow(page)).toBe(0)
    await larger.evaluate((element) => (element as HTMLElement).remove())
  })

  it('has no animation when the user prefers reduced motion', async () => {
    await use({ ...PHONE, reducedMotion: 'reduce' }, async (page) => {
      await go(page)
      const moving = await page.evaluate(() =>
        document.getAnimations().map((animation) => (animation as CSSAnimation).animationName),
      )
      expect(moving.filter((name) => !name?.startsWith('flash'))).toEqual([])
    })
  })
})

describe.each(HOST_SCREENS)('$name', ({ open: go }) => {
  it.each(['light', 'dark'] as const)('has no axe violation (%s)', async (colorScheme) => {
    await use({ ...DESKTOP, colorScheme }, async (page) => {
      // Another session than that of the host's page, which it would replace.
      await go(createPlaywrightDriver(page), demo.url(`${relay.url}/s/own`))
      expect(await violations(page)).toEqual([])
    })
  })
})

describe('the viewer', () => {
  it('replaces its skeleton with the first state without a layout shift', async () => {
    const host = await connect(relay, 'host', { path: '/s/late' })
    await use(PHONE, async (page) => {
      await page.addInitScript(() => {
        const shifts: number[] = ((window as never as { shifts: number[] }).shifts = [])
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries())
            shifts.push((entry as never as { value: number }).value)
        }).observe({ type: 'layout-shift', buffered: true })
      })
      await page.goto(`${link()}&s=late`)
      await page.getByText('The relay is there').waitFor()
      host.send(session('e', 1, { title: 'First', rows: [1, 2, 3] }))
      await page.getByText('“First”').waitFor()
      await page.waitForTimeout(500)
      const shifts = await page.evaluate(() => (window as never as { shifts: number[] }).shifts)
      expect(shifts).toEqual([])
    })
    await host.close()
  })

  it('has a keyboard order that follows the reading order', async () => {
    await use(DESKTOP, async (page) => {
      await page.goto(origin())
      await heading(page, 'See it live')
      const order: string[] = []
      for (let step = 0; step < 4; step++) {
        await page.keyboard.press('Tab')
        order.push(
          await page.evaluate(() => {
            const element = document.activeElement as HTMLInputElement
            return element.labels?.[0]?.textContent ?? element.textContent ?? ''
          }),
        )
      }
      expect(order.map((text) => text.trim())).toEqual([
        'Scan the code',
        'Use a photo of it',
        'Code, 6 characters',
        'Connect',
      ])
    })
  })

  it('keeps the focus inside an open sheet, and returns it to the opening button', async () => {
    await use(DESKTOP, async (page) => {
      await page.goto(link())
      const menu = page.getByRole('button', { name: 'Menu' })
      await menu.focus()
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').waitFor()
      for (let step = 0; step < 12; step++) {
        await page.keyboard.press('Tab')
        const inside = await page.evaluate(
          () =>
            document.activeElement === document.body ||
            document.activeElement!.closest('dialog') !== null,
        )
        expect(inside).toBe(true)
      }
      await page.keyboard.press('Escape')
      await expect.poll(() => menu.evaluate((it) => it === document.activeElement)).toBe(true)
    })
  })

  it('has a manifest with everything an install needs, and icons of the sizes it states', async () => {
    const get = (path: string) => fetch(new URL(path, origin()))
    const response = await get('/manifest.webmanifest')
    expect(response.headers.get('content-type')).toContain('application/manifest+json')
    const manifest = (await response.json()) as {
      icons: { src: string; sizes: string; purpose?: string }[]
      screenshots: { src: string; sizes: string; form_factor: string }[]
      shortcuts: { url: string; icons: { src: string; sizes: string }[] }[]
    }
    expect(manifest).toMatchObject({ start_url: './', scope: './', display: 'standalone' })
    await use(PHONE, async (page) => {
      await page.goto(origin())
      // Another `id` would be another app beside the one that a device has installed.
      expect(await readManifest(page)).toMatchObject({
        id: `${origin()}/`,
        startUrl: `${origin()}/`,
        scope: `${origin()}/`,
      })
    })
    expect(manifest.icons.map(({ sizes, purpose }) => [sizes, purpose ?? 'any'])).toEqual([
      ['192x192', 'any'],
      ['512x512', 'any'],
      ['512x512', 'maskable'],
    ])
    expect(manifest.screenshots.map((shot) => shot.form_factor)).toEqual(['narrow', 'wide'])
    const pictures = [
      ...manifest.icons,
      ...manifest.screenshots,
      ...manifest.shortcuts.flatMap(({ icons }) => icons),
    ]
    for (const { src, sizes } of pictures) {
      const bytes = Buffer.from(await (await get(src)).arrayBuffer())
      // A PNG stores its width and height at fixed offsets.
      expect([src, `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`]).toEqual([src, sizes])
    }
    for (const path of ['/', '/sw.js', '/manifest.webmanifest'])
      expect((await get(path)).headers.get('cache-control')).toBe('no-cache')
  })

  it('has a page head with language, viewport, theme colors, icon and description', async () => {
    await use(PHONE, async (page) => {
      await page.goto(origin())
      const head = await page.evaluate(() => ({
        lang: document.documentElement.lang,
        viewport: document.querySelector<HTMLMetaElement>('meta[name=viewport]')!.content,
        themes: document.querySelectorAll('meta[name=theme-color]').length,
        apple: document.querySelector('link[rel=apple-touch-icon]') !== null,
        description: document.querySelector<HTMLMetaElement>('meta[name=description]')!.content,
      }))
      expect(head.viewport).toContain('viewport-fit=cover')
      expect(head.viewport).not.toMatch(/user-scalable|maximum-scale/)
      expect(head).toMatchObject({ lang: 'en', themes: 2, apple: true })
      expect(head.description).not.toBe('')
    })
  })
})
