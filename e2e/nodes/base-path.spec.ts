import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Client, connect } from '../../server/test/client.ts'
import { freePort } from '../../server/test/free-port.ts'
import { hasBrowser } from '../support/browsers/launch-test-browser.ts'
import { type BrowserContext, launchBrowser, type Page } from '../support/browsers/playwright.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { type NeighbourApps, serveNeighbourApps } from '../support/pages/neighbour-apps.ts'
import { readManifest } from '../support/pages/read-manifest.ts'
import { hasCaddy, startCaddyWith } from '../support/relays/caddy.ts'
import { hasNginx, startNginx } from '../support/relays/nginx.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// The viewer at /sync/ of an origin that has other apps with service workers, behind the proxies of docs/guide/deployment.md.
const page = readFileSync(new URL('../../docs/guide/deployment.md', import.meta.url), 'utf8')
const section = page.slice(page.indexOf('\n## Below a path\n'))
const block = (language: string) =>
  new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(section)![1]!

interface Proxied {
  port: number
  relay: number
  others: number
  /** Whether the proxy removes the path. */
  strips: boolean
}

function replaced(text: string, from: string, to: string): string {
  expect(text).toContain(from)
  return text.replace(from, to)
}

const PROXIES = {
  nginx({ port, relay, others, strips }: Proxied) {
    const to = `proxy_pass http://127.0.0.1:${relay}${strips ? '/' : ''};`
    const lines = replaced(block('nginx'), 'proxy_pass http://127.0.0.1:9876;', to)
    return startNginx(port, `${lines}\nlocation / { proxy_pass http://127.0.0.1:${others}; }`)
  },
  caddy({ port, relay, others, strips }: Proxied) {
    let site = replaced(block('caddy'), 'example.com {', `http://127.0.0.1:${port} {`)
    site = replaced(site, '127.0.0.1:9876', `127.0.0.1:${relay}`)
    if (strips) site = replaced(site, 'handle /sync/*', 'handle_path /sync/*')
    return startCaddyWith(
      site.replace(/\}\s*$/, `handle {\nreverse_proxy 127.0.0.1:${others}\n}\n}\n`),
    )
  },
}

let others: NeighbourApps
const closing: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  others = await serveNeighbourApps()
  closing.push(others.close)
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()
/** The path of the worker that controls the page, and what it answers. */
const controllerOf = (page: Page) =>
  page.evaluate(async () => [
    new URL(navigator.serviceWorker.controller!.scriptURL).pathname,
    await (await fetch('./who')).text(),
  ])

async function openApp(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await page.reload()
  return page
}

const cases = [
  ['nginx', hasNginx, false],
  ['nginx', hasNginx, true],
  ['caddy', hasCaddy, false],
  ['caddy', hasCaddy, true],
] as const

describe.skipIf(!hasBrowser)('a viewer at /sync/ beside other apps', () => {
  for (const [kind, isInstalled, strips] of cases)
    it.skipIf(!isInstalled)(
      `works behind ${kind}, which ${strips ? 'removes the path' : 'passes the path on'}, and leaves the others alone`,
      async () => {
        const port = await freePort()
        const origin = `http://127.0.0.1:${port}`
        const relay: TestRelay = await startRelay(0, {
          viewerDir: VIEWER_DIR,
          publicUrl: `${origin}/sync/`,
          trustProxy: ['loopback'],
          ...(!strips && { base: '/sync' }),
        })
        closing.push(relay.stop)
        const proxied = { port, relay: relay.getStatus().port, others: others.port, strips }
        let proxy = await PROXIES[kind](proxied)
        closing.push(() => proxy.stop())

        const dialled = { hostKey: HOST_KEY, viewerKey: VIEWER_KEY, getStatus: () => ({ port }) }
        let seq = 0
        async function publish(title: string): Promise<Client> {
          const host = await connect(dialled, 'host', { path: '/sync/' })
          closing.push(() => host.close())
          const payload = { board: { title } }
          host.send({ type: 'session_update', epoch: 'e', seq: ++seq, payload })
          return host
        }
        const host = await publish('First')

        const browser = await launchBrowser()
        closing.push(() => browser.close())
        const context = await browser.newContext()
        for (const path of ['/', '/other/']) await openApp(context, origin + path)

        // By link: the first load is still controlled by the worker of the app at `/`.
        const [link] = relay.viewerUrls()
        expect(link!.url).toBe(`${origin}/sync/#k=${VIEWER_KEY}`)
        const viewer = await openApp(context, link!.url)
        await says(viewer, 'First')
        expect(await readManifest(viewer)).toMatchObject({
          id: `${origin}/sync/`,
          startUrl: `${origin}/sync/`,
          scope: `${origin}/sync/`,
        })
        expect(new URL(viewer.url()).href).toBe(`${origin}/sync/`)
        host.send({
          type: 'config_update',
          epoch: 'e',
          seq: ++seq,
          payload: { board: { title: 'Second' } },
        })
        await says(viewer, 'Second')

        // By code, on another device, which opens the address without its last slash.
        const phone = await (await browser.newContext()).newPage()
        await phone.goto(`${origin}/sync`)
        await phone.getByRole('textbox').fill(relay.pairCode())
        await phone.keyboard.press('Enter')
        await says(phone, 'Second')

        // The proxy restarts.
        await proxy.stop()
        await says(viewer, /Reconnecting/)
        proxy = await PROXIES[kind](proxied)
        await publish('Third')
        for (const one of [viewer, phone]) await says(one, 'Third')

        // Offline, the viewer opens from its worker, also at the address of a session.
        await says(viewer, 'Live')
        await proxy.stop()
        await viewer.reload()
        await says(viewer, 'Third')
        await viewer.goto(`${origin}/sync/s/show`)
        expect(await viewer.title()).toContain('vue-sync')
        expect(new URL(viewer.url()).pathname).toBe('/sync/')

        proxy = await PROXIES[kind](proxied)
        for (const [path, name] of [
          ['/', 'the first app'],
          ['/other/', 'the other app'],
        ] as const) {
          const page = await context.newPage()
          await page.goto(origin + path)
          await says(page, name)
          expect(await controllerOf(page)).toEqual([`${path}worker.js`, name])
        }
        const [scopes, caches_] = await viewer.evaluate(async () => [
          (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
          await caches.keys(),
        ])
        expect(scopes!.toSorted()).toEqual(['/', '/other/', '/sync/'].map((path) => origin + path))
        expect(caches_!.toSorted()).toEqual([
          'vue-sync-precache-v2-/sync/',
          `workbox-precache-v2-${origin}/`,
          `workbox-precache-v2-${origin}/other/`,
        ])
      },
    )
})
