import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DOCS_DIR, ensureDocs } from '../../scripts/builds.ts'
import { horizontalOverflow, violations } from '../support/browsers/accessibility.ts'
import { type Browser, launchBrowser } from '../support/browsers/playwright.ts'
import { type DocsSite, serveDocs } from '../support/pages/docs-site.ts'

let site: DocsSite
let browser: Browser
/** Each built page, by its path without `.html`. */
const pages = new Map<string, string>()

beforeAll(async () => {
  ensureDocs()
  ;[site, browser] = await Promise.all([serveDocs(), launchBrowser()])
  for (const file of globSync('**/*.html', { cwd: DOCS_DIR }))
    pages.set(
      `/${file.replace(/\.html$/, '').replace(/(^|\/)index$/, '$1')}`,
      readFileSync(join(DOCS_DIR, file), 'utf8'),
    )
})
afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

const attributes = (html: string, name: string): string[] =>
  [...html.matchAll(new RegExp(`\\s${name}="([^"]+)"`, 'g'))].map(([, value]) => value!)
const decode = (text: string): string => decodeURIComponent(text.replaceAll('&amp;', '&'))

describe('the documentation site', () => {
  // VitePress checks that the page of a link exists, but not its heading, nor links of the navigation.
  it('has a page and a heading for each of its links', () => {
    const anchors = new Map(
      [...pages].map(([path, html]) => [path, new Set(attributes(html, 'id'))]),
    )
    const dead = [...pages].flatMap(([path, html]) =>
      attributes(html, 'href')
        .filter(
          (href) => !/^[a-z]+:|^\/\/|\.(js|css|md|svg|png|json|txt|webmanifest|ico)$/.test(href),
        )
        .filter((href) => {
          const { pathname, hash } = new URL(decode(href), `http://site${path}`)
          const ids = anchors.get(pathname.replace(/\.html$/, ''))
          return ids === undefined || (hash !== '' && !ids.has(decode(hash.slice(1))))
        })
        .map((href) => `${path} → ${href}`),
    )
    expect([...new Set(dead)]).toEqual([])
  })

  it('loads nothing from other origins', () => {
    const foreign = [...pages].flatMap(([path, html]) =>
      [
        ...html.matchAll(
          /<(?:script|img|iframe|source|link)\b[^>]*?\s(?:src|href)="((?:https?:)?\/\/[^"]+)"/g,
        ),
      ].map(([, url]) => `${path} loads ${url}`),
    )
    expect(foreign).toEqual([])
  })

  it('lists its pages for language models, and offers each as Markdown', () => {
    const list = readFileSync(join(DOCS_DIR, 'llms.txt'), 'utf8')
    const listed = [...list.matchAll(/\]\((\/[^)]+)\.md\)/g)].map(([, path]) => path!)
    expect(listed.length).toBeGreaterThan(20)
    for (const path of listed)
      expect(readFileSync(join(DOCS_DIR, `${path}.md`), 'utf8')).not.toBe('')
  })

  it('finds a page by a word, without a service', async () => {
    const page = await browser.newPage()
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    await page.goto(`${site.origin}/guide/vite`)
    await page.getByRole('button', { name: 'Search' }).first().click()
    await page.getByRole('searchbox').fill('encryption key')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/encryption/)
    expect(
      requests.filter((url) => !url.startsWith(site.origin) && !url.startsWith('data:')),
    ).toEqual([])
    await page.context().close()
  })

  it.each(['light', 'dark'] as const)(
    'is accessible and fits a phone, in %s',
    async (colorScheme) => {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width: 360, height: 740 },
      })
      const page = await context.newPage()
      for (const path of ['guide/vite', 'reference/host', 'security']) {
        await page.goto(`${site.origin}/${path}`)
        await page.getByRole('heading', { level: 1 }).waitFor()
        expect(await violations(page)).toEqual([])
        expect(await horizontalOverflow(page)).toBe(0)
      }
      await context.close()
    },
  )
})
