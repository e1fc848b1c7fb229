import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, config, connect, session } from '../../server/test/client.ts'
import { horizontalOverflow, smallTargets, violations } from '../support/browsers/accessibility.ts'
import { type Browser, launchBrowser, type Page } from '../support/browsers/playwright.ts'
import { PHONE } from '../support/browsers/tabs.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { startRelay, type TestRelay } from '../support/relays/relay.ts'

let browser: Browser
let relay: TestRelay
let host: Client
let page: Page
let seq = 0
let sessions = 0

beforeAll(async () => {
  browser = await launchBrowser()
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
})
afterAll(async () => {
  await browser?.close()
  await relay?.stop()
})

beforeEach(() => async () => {
  await page?.context().close()
  await host?.close()
})

/** Opens the inspector with these stores, in a new page unless one is given. */
async function open(stores: Record<string, object>, given?: Page): Promise<void> {
  const name = `inspector-${++sessions}`
  host = await connect(relay, 'host', { path: `/s/${name}` })
  seq = 1
  host.send({ ...session('e', seq, {}), payload: stores })
  page =
    given ?? (await (await browser.newContext({ ...PHONE, serviceWorkers: 'block' })).newPage())
  await page.goto(`${relay.viewerUrls()[0]!.url}&s=${name}`)
  if (!given) await page.getByRole('treeitem').first().waitFor()
}

const update = (stores: Record<string, object>) =>
  host.send({ ...config('e', ++seq, {}), payload: stores })
const row = (path: string) => page.locator(`[data-path="${path}"]`)
const elements = () => page.evaluate(() => document.querySelectorAll('*').length)
const people = (count: number) =>
  Array.from({ length: count }, (_, id) => ({
    id,
    name: `Person ${id}`,
    mail: `person-${id}@example.org`,
    score: (id * 37) % 101,
  }))

/** The 25 stores and 5,000 rows of the findings. */
function largeState(): Record<string, object> {
  const stores: Record<string, object> = { people: { rows: people(5000) } }
  for (let at = 0; at < 24; at++) stores[`store${at}`] = { value: at, list: [1, 2, 3] }
  return stores
}

describe('the inspector', () => {
  it('shows each value as what it is', async () => {
    const values = {
      empty: '',
      value: 'value',
      row: 'row',
      isActive: 'is-active',
      text: 'true',
      yes: true,
      no: false,
      zero: 0,
      none: null,
    }
    await open({ s: values })
    for (const [name, value] of Object.entries(values)) {
      await row(`s.${name}`).waitFor()
      expect([name, await row(`s.${name}`).getAttribute('data-value')]).toEqual([
        name,
        JSON.stringify(value),
      ])
    }
    expect(await row('s.empty').innerText()).toContain('“”')
    expect(await row('s.yes').innerText()).toMatch(/true$/)
    expect(await row('s.text').innerText()).toContain('“true”')
  })

  it('cannot open what is empty', async () => {
    await open({ s: { list: [], object: {}, full: [1] } })
    expect(await row('s.list').getAttribute('aria-expanded')).toBeNull()
    expect(await row('s.object').getAttribute('aria-expanded')).toBeNull()
    expect(await row('s.full').getAttribute('aria-expanded')).toBe('true')
  })

  it('has at most 1,500 elements on the page with 25 stores and 5,000 open rows', async () => {
    await open(largeState())
    expect(await elements()).toBeLessThanOrEqual(1500)
    await row('people').click()
    await row('people.rows').click()
    await row('people.rows.3').waitFor()
    expect(await elements()).toBeLessThanOrEqual(1500)
    await page.getByRole('button', { name: 'More about rows' }).click()
    await page.getByRole('button', { name: 'Show as table' }).click()
    await page.getByRole('gridcell', { name: 'Person 3', exact: true }).waitFor()
    expect(await elements()).toBeLessThanOrEqual(1500)
  })

  it('marks only the changed row, by opacity, after an insert at the front of an open list', async () => {
    const rows = people(50)
    await open({ s: { rows } })
    await row('s.rows').click()
    await row('s.rows.5').click()
    await row('s.rows.5.name').waitFor()
    // The marks are gone again before a slow machine asks for them.
    await page.evaluate(() => {
      const marked: (string | undefined)[] = []
      Object.assign(globalThis, { marked })
      new MutationObserver((records) => {
        for (const { addedNodes } of records)
          for (const node of addedNodes)
            if (node instanceof HTMLElement && node.matches('.flash'))
              marked.push(node.dataset['path'])
      }).observe(document, { subtree: true, childList: true })
    })
    update({ s: { rows: [{ id: -1, name: 'New' }, ...rows] } })
    await row('s.rows.6.name').waitFor()
    expect(await row('s.rows.6').getAttribute('aria-expanded')).toBe('true')
    expect(await row('s.rows.5').getAttribute('aria-expanded')).toBe('false')
    await expect
      .poll(() => page.evaluate(() => (globalThis as unknown as { marked: unknown }).marked))
      .toEqual(['s.rows.0'])
    const animated = await page.locator('.layer').evaluate((layer) =>
      layer
        .getAnimations()
        .flatMap((it) => (it.effect as KeyframeEffect).getKeyframes())
        .flatMap((frame) => Object.keys(frame)),
    )
    expect(new Set(animated)).toEqual(
      new Set(['offset', 'computedOffset', 'easing', 'composite', 'opacity']),
    )
  })

  it('is used with the keyboard alone', async () => {
    await open({ s: { first: 1, list: [1, 2] }, t: { other: 'x' } })
    const tree = page.getByRole('tree')
    await tree.focus()
    const active = () =>
      page.evaluate(() => {
        const id = document.activeElement?.getAttribute('aria-activedescendant')
        return id ? document.getElementById(id)?.dataset['path'] : undefined
      })
    const steps: [key: string, path: string][] = [
      ['Home', 's'],
      ['ArrowDown', 's.first'],
      ['ArrowDown', 's.list'],
      ['ArrowRight', 's.list.0'],
      ['ArrowLeft', 's.list'],
      ['End', 't.other'],
      ['f', 's.first'],
    ]
    for (const [key, path] of steps) {
      await page.keyboard.press(key)
      await expect.poll(active).toBe(path)
    }
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 's.first' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => tree.evaluate((it) => it === document.activeElement)).toBe(true)
    await page.keyboard.press('/')
    await page.keyboard.type('other')
    await page.getByText('1 result').waitFor()
    await expect.poll(() => page.getByRole('treeitem').count()).toBe(2)
  })

  it('finds values in all stores, and shows only what changed in the last minute', async () => {
    await open(largeState())
    await page.getByRole('searchbox').fill('person 4321')
    await row('people.rows.4321.name').waitFor()
    await page.getByText('1 result').waitFor()
    await page.getByRole('button', { name: 'Clear the search' }).click()
    await page.getByRole('button', { name: 'Only what changed in the last minute' }).click()
    await page.getByText('Nothing changed in the last minute').waitFor()
    update({ store7: { value: 700, list: [1, 2, 3] } })
    await page.locator('[data-path="store7.value"][data-value="700"]').waitFor()
    expect(await page.getByRole('treeitem').count()).toBe(2)
  })

  it('pins a part to the top, where it stays up to date', async () => {
    await open({ s: { a: 1 }, t: { deep: { count: 1 } } })
    await row('t.deep.count').click()
    await page.getByRole('button', { name: 'Pin to top' }).click()
    await page.keyboard.press('Escape')
    const first = page.getByRole('treeitem').first()
    await expect.poll(() => first.getAttribute('data-path')).toBe('t.deep.count')
    await page.getByRole('treeitem', { name: /count.*Pinned/ }).waitFor()
    update({ t: { deep: { count: 2 } } })
    await expect.poll(() => first.getAttribute('data-value')).toBe('2')
  })

  it('sorts a table and shows the chosen columns', async () => {
    await open({ s: { rows: people(200) } })
    await page.getByRole('button', { name: 'More about rows' }).click()
    await page.getByRole('button', { name: 'Show as table' }).click()
    const firstCell = () => page.getByRole('grid').getByRole('gridcell').first().innerText()
    await expect.poll(firstCell).toBe('0')
    await page.getByRole('button', { name: 'score' }).click()
    await page.getByRole('button', { name: 'score' }).click()
    expect(await page.getByRole('columnheader', { name: 'score' }).getAttribute('aria-sort')).toBe(
      'descending',
    )
    const best = people(200).toSorted((a, b) => b.score - a.score)[0]!
    await expect.poll(firstCell).toBe(String(best.id))
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('checkbox', { name: 'id', exact: true }).uncheck()
    await page.keyboard.press('Escape')
    await expect.poll(firstCell).toBe(best.name)
  })

  it('uses a table with the keyboard alone', async () => {
    await open({ s: { rows: people(200) } })
    await page.getByRole('button', { name: 'More about rows' }).click()
    await page.getByRole('button', { name: 'Show as table' }).click()
    const grid = page.getByRole('grid')
    await grid.getByRole('gridcell').first().waitFor()
    await grid.focus()
    const active = () =>
      page.evaluate(() => {
        const id = document.activeElement?.getAttribute('aria-activedescendant')
        return id ? document.getElementById(id)?.innerText : undefined
      })
    for (const [key, text] of [
      ['ArrowRight', '0'],
      ['ArrowRight', 'Person 0'],
      ['ArrowDown', 'Person 1'],
      ['End', `${people(2)[1]!.score}`],
      ['Control+End', `${people(200)[199]!.score}`],
      ['Control+Home', '#'],
      ['ArrowRight', 'id'],
    ] as const) {
      await page.keyboard.press(key)
      await expect.poll(active).toContain(text)
    }
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await expect.poll(() => grid.getByRole('gridcell').first().innerText()).toBe('199')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 's.rows[199]' }).waitFor()
    await page.keyboard.press('Escape')
    expect(await violations(page)).toEqual([])
  })

  it('sends no request to another origin for a value, and explains it', async () => {
    await open({
      s: {
        site: 'https://example.org/picture.png',
        image:
          'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"><image href="https://example.org/x.png"/></svg>',
        color: '#336699',
        at: '2026-01-02T10:00:00Z',
        json: '{"a":[1]}',
      },
    })
    const others: string[] = []
    page.on('request', (request) => {
      if (/example\.org/.test(new URL(request.url()).host)) others.push(request.url())
    })
    const sheet = page.getByRole('dialog')
    for (const [name, find] of [
      ['site', () => sheet.getByRole('link', { name: 'Open link' })],
      ['image', () => sheet.getByRole('img', { name: 'Image' })],
      ['color', () => sheet.getByRole('img', { name: 'Color' })],
      ['at', () => sheet.getByText(/2026.* ago/)],
      ['json', () => sheet.getByText('As JSON')],
    ] as const) {
      await row(`s.${name}`).click()
      await find().waitFor()
      await page.keyboard.press('Escape')
    }
    expect(others).toEqual([])
  })

  it('fits a narrow phone with a deep state, has large targets and no axe violation', async () => {
    let deep: object = { end: 'x'.repeat(500) }
    for (let level = 30; level > 0; level--) deep = { [`level-${level}`]: deep }
    await open({ s: { deep } })
    await page.getByRole('searchbox').fill('level')
    await page.getByText('30 results').waitFor()
    await page.setViewportSize({ width: 280, height: 600 })
    await page.getByRole('tree').evaluate((tree) => tree.scrollTo({ top: 600 }))
    await page.getByRole('navigation', { name: 'Path in the list' }).waitFor()
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll('.inspector, .tree, .tools, .crumbs, .list')]
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map(({ className }) => className),
    )
    expect(wide).toEqual([])
    expect(await horizontalOverflow(page)).toBe(0)
    expect(await smallTargets(page)).toEqual([])
    expect(await violations(page)).toEqual([])
  })

  it('says that it could not be loaded, and loads when the user tries again', async () => {
    const context = await browser.newContext({ ...PHONE, serviceWorkers: 'block' })
    page = await context.newPage()
    await page.route('**/HistoryInspector-*.js', (route) => route.abort())
    await open({ s: { a: 1 } }, page)
    await page.getByRole('alert').filter({ hasText: 'could not be loaded' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.unroute('**/HistoryInspector-*.js')
    await page.getByRole('button', { name: 'Reload', exact: true }).click()
    await row('s.a').waitFor()
  })
})
