import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { type Client, connect } from '../../server/test/client.ts'
import type { BrowserContext, Page } from '../support/browsers/playwright.ts'
import { openTab, PHONE, useBrowser } from '../support/browsers/tabs.ts'
import { openBlackHole } from '../support/network/black-hole.ts'
import { serveDemoHost, VIEWER_DIR } from '../support/pages/demo.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// The cards of links that do not work, each with a relay that refuses the viewer for that reason.
const pages = useBrowser(serveDemoHost)
let phone: BrowserContext
let relay: TestRelay
let host: Client

beforeEach(async () => {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR, admin: true })
  host = await connect(relay, 'host')
  phone = await pages.browser.newContext(PHONE)
})
afterEach(async () => {
  await phone.close()
  await host.close()
  await relay.stop()
})

const origin = () => relay.url.replace('ws', 'http')
const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
/** The first run's screen, with the field for a code in focus. */
const asksForCode = (page: Page) =>
  expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('entry')

const setAccess = (tokens: object[], revoked: string[] = []) =>
  host.send({ type: 'status', payload: { access: { generation: 0, tokens, revoked } } })

/** Issues a link that the host can revoke. */
async function issue(id: string, expires?: number): Promise<string> {
  setAccess([{ id, ...(expires !== undefined && { expires }) }])
  const { payload } = await host.until(
    (message) => message.type === 'status' && message.payload['tokens'] !== undefined,
  )
  const [{ key }] = payload['tokens'] as [{ key: string }]
  return `${origin()}/#k=${key}`
}

const share = (title: string) =>
  host.send({ type: 'session_update', epoch: 'e', seq: 0, payload: { board: { title } } })

it('a revoked link leads to the scanner or a new code, also from a state that it still shows', async () => {
  const link = await issue('guest')
  share('Departures')
  const page = await openTab(phone, link)
  await page.getByText('Departures').first().waitFor()
  setAccess([], ['guest'])
  await page.getByText('Stopped: This link has ended').first().waitFor()
  await page.getByText('Ask the host for a new code').waitFor()
  await page.getByText('Departures').first().waitFor()
  await press(page, 'Scan again')
  await page.getByRole('dialog').waitFor()

  // A device without a saved state shows a card.
  const other = await pages.browser.newContext(PHONE)
  onTestFinished(() => other.close())
  const late = await openTab(other, link)
  await heading(late, 'This link has ended')
  await press(late, 'Type a code')
  await asksForCode(late)
})

it('an expired link leads to the scanner or a new code', async () => {
  const page = await openTab(phone, await issue('guest', Date.now() + 1))
  await heading(page, 'This link has ended')
  await press(page, 'Scan again')
  await page.getByRole('dialog').waitFor()
})

it('a session that the operator closes leads to the scanner, and its next one opens with “Try again”', async () => {
  const page = await openTab(phone, `${origin()}/#k=${VIEWER_KEY}`)
  await heading(page, 'Waiting for the host')
  const answer = await fetch(`${origin()}/admin/sessions/default`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${HOST_KEY}` },
  })
  expect(answer.ok).toBe(true)
  await heading(page, 'The session is over')
  await page.getByRole('button', { name: 'Scan again', exact: true }).waitFor()
  host = await connect(relay, 'host')
  share('Second night')
  await press(page, 'Try again')
  await page.getByText('Second night').first().waitFor()
})

it('a relay of another version offers to load its own viewer', async () => {
  share('Departures')
  const page = await openTab(phone, `${origin()}/#k=${VIEWER_KEY}`, (opened) =>
    // The relay refuses the version that the page asks for, as it refuses that of a newer viewer.
    opened.addInitScript(() => {
      const loads = Number(sessionStorage.getItem('loads')) + 1
      sessionStorage.setItem('loads', String(loads))
      if (loads > 1) return
      globalThis.WebSocket = class extends WebSocket {
        constructor(url: string | URL, protocols: string[]) {
          super(
            url,
            protocols.map((text) => text.replace(/\.v1$/, '.v99')),
          )
        }
      } as typeof WebSocket
    }),
  )
  await heading(page, 'The versions do not match')
  await press(page, 'Reload')
  await heading(page, 'See it live')
})

it('a full relay is named, and the viewer connects as soon as it has room', async () => {
  await host.close()
  await relay.stop()
  const warned: string[] = []
  relay = await startRelay(0, {
    viewerDir: VIEWER_DIR,
    limits: { viewersPerSession: 1 },
    warn: (text) => void warned.push(text),
  })
  host = await connect(relay, 'host')
  share('Departures')
  const first = await connect(relay, 'viewer')
  const page = await openTab(phone, `${origin()}/#k=${VIEWER_KEY}`)
  await heading(page, 'The relay is full')
  await press(page, 'Try again')
  await heading(page, 'The relay is full')
  expect(warned[0]).toContain('its session has 1 viewers already')
  await first.close()
  await page.getByText('Departures').first().waitFor()
})

it('an address that swallows everything has one card after the other, and none comes back', async () => {
  const hole = await openBlackHole(relay.getStatus().port)
  onTestFinished(() => hole.close())
  hole.stall()
  const page = await openTab(phone, origin(), async (opened) => {
    await opened.clock.install()
    await opened.addInitScript(() => {
      const shown: string[] = []
      Object.assign(globalThis, { shown })
      new MutationObserver(() => {
        const now = document.querySelector('.card h1')?.textContent
        if (now && now !== shown.at(-1)) shown.push(now)
      }).observe(document, { subtree: true, childList: true, characterData: true })
    })
  })
  await page.getByRole('textbox').fill(`http://127.0.0.1:${hole.port}/#k=${VIEWER_KEY}`)
  await press(page, 'Connect')
  await page.locator('.strip').waitFor()
  for (let second = 0; second < 90; second++) await page.clock.runFor(1000)
  expect(await page.evaluate('shown')).toEqual([
    `Connecting to 127.0.0.1:${hole.port}`,
    'Nothing answers at this address',
  ])
})
