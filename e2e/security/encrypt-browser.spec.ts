import { createServer } from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { CLOSE, randomSecret } from '@vue-sync/vue/protocol'
import { type BrowserContext, expectQuiet, type Page } from '../support/browsers/playwright.ts'
import { serveDemoHost, VIEWER_DIR } from '../support/pages/demo.ts'
import { startRelay, type TestRelay } from '../support/relays/relay.ts'
import { openTab, PHONE, useBrowser } from '../support/browsers/tabs.ts'

const pages = useBrowser(serveDemoHost)
let desk: BrowserContext
let phone: BrowserContext
let relay: TestRelay

beforeEach(async () => {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
  desk = await pages.browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
  phone = await pages.browser.newContext(PHONE)
})
afterEach(async () => {
  await desk.close()
  await phone.close()
  await relay.stop()
})

async function copyLink(host: Page): Promise<string> {
  await host.getByRole('button', { name: 'Copy link' }).click()
  await host.getByRole('button', { name: 'Copied' }).waitFor()
  return host.evaluate(() => navigator.clipboard.readText())
}

it('a phone with the host’s link shows the encrypted state, also after both reload', async () => {
  const host = await openTab(desk, pages.site.url(relay.url).replace('#', '&encrypt#'))
  // Other computers could not use this link, and a code cannot open the session.
  await host.getByText('Phones need https for an encrypted session').waitFor()
  expect(await host.getByRole('button', { name: 'Enlarge the QR code' }).count()).toBe(0)
  expect(await host.getByText('and type this code').count()).toBe(0)
  const link = await copyLink(host)
  expect(new URL(link).hash).toMatch(/^#k=[^&]+&e=[\w-]{43}&p=[\w-]{43}$/)
  const viewer = await openTab(phone, link)
  const title = viewer.getByText('Global temperature')
  await title.waitFor()
  await viewer.getByText('Live', { exact: true }).first().waitFor()
  expect(viewer.url()).not.toContain('e=')

  // The demo host removes its key from the address, so a reload needs the whole address again.
  await host.goto('about:blank')
  await host.goto(pages.site.url(relay.url).replace('#', '&encrypt#'))
  expect(await copyLink(host)).toBe(link)
  const slider = host.getByRole('slider', { name: 'Speed' })
  const before = viewer.seen.received.length
  await slider.fill('0')
  await expect.poll(() => viewer.seen.received.length).toBeGreaterThan(before)
  await viewer.reload()
  await title.waitFor()
  await viewer.getByText('Live', { exact: true }).first().waitFor()

  const secret = new URLSearchParams(new URL(link).hash.slice(1)).get('e')!
  const wire = [...host.seen.sent, ...viewer.seen.received, ...viewer.seen.sent].join('\n')
  expect(wire).toContain('aes-256-gcm.es256')
  for (const word of ['Global temperature', 'speed', secret]) expect(wire).not.toContain(word)
  await expectQuiet(host.seen, viewer.seen)
})

it('a host whose relay has an https address shows a code for phones, and none to type', async () => {
  await relay.stop()
  relay = await startRelay(0, { viewerDir: VIEWER_DIR, publicUrl: 'https://stage.example' })
  const host = await openTab(desk, pages.site.url(relay.url).replace('#', '&encrypt#'))
  await host.getByText('Encrypted from here to the phone').waitFor()
  await host.getByRole('button', { name: 'Enlarge the QR code' }).waitFor()
  expect(await host.getByText('and type this code').count()).toBe(0)
  expect(await copyLink(host)).toMatch(/^https:\/\/stage\.example\/#/)
  await expectQuiet(host.seen)
})

it('a viewer that cannot decrypt shows the reason and what to do', async () => {
  const host = await openTab(desk, pages.site.url(relay.url).replace('#', '&encrypt#'))
  const link = await copyLink(host)
  const plain = await openTab(phone, link.replace('127.0.0.1', 'lan.test'))
  await plain.getByText('this session is encrypted, which needs https').first().waitFor()
  const keyless = await openTab(phone, link.replace(/&e=.*/, ''))
  await keyless
    .getByText('this session is encrypted, and the link does not open it')
    .first()
    .waitFor()
  await keyless.getByText('Scan the code on the host again').first().waitFor()
  await expectQuiet(plain.seen, keyless.seen)
})

it('a relay that refuses the page does not get the key: the app names the relay, and stays', async () => {
  const requests: string[] = []
  const site = createServer((request, response) => {
    requests.push(request.url!)
    response.setHeader('content-type', 'text/html').end('<title>The relay’s own page</title>')
  })
  const sockets = new WebSocketServer({
    server: site,
    handleProtocols: (offered) => [...offered][0]!,
  })
  sockets.on('connection', (socket) => socket.close(CLOSE.badOrigin, 'not this page'))
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  const { port } = site.address() as { port: number }

  const viewer = await openTab(phone, relay.url.replace('ws', 'http'))
  const connectTo = async (hash: string) => {
    await viewer.getByRole('textbox').fill(`http://127.0.0.1:${port}/#${hash}`)
    await viewer.getByRole('button', { name: 'Connect' }).click()
  }
  await connectTo(`k=x&e=${randomSecret()}`)
  await viewer.getByText(`127.0.0.1:${port} does not accept this page`).first().waitFor()
  await viewer.getByText('--allow-origin').first().waitFor()
  expect(viewer.url()).toBe(`${relay.url.replace('ws', 'http')}/`)
  expect(requests).toEqual([])

  // Without a key the app opens the relay's own viewer, as before.
  await viewer.reload()
  await connectTo('k=x')
  await viewer.waitForURL(`http://127.0.0.1:${port}/**`)
  await viewer.close()
  sockets.close()
  site.close()
})
