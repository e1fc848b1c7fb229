import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { extname, join } from 'node:path'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, it, vi } from 'vitest'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '@vue-sync/server'
import { connect } from '../../server/test/client.ts'
import { openViteApp, type ViteApp } from '../support/apps/vite-app.ts'
import { type Browser, launchBrowser } from '../support/browsers/playwright.ts'

/** What docs/guide/vite.md tells a deployed app to do: the key comes at run time, and from a person if nothing else has it. */
const MAIN = `
import { syncPlugin } from '@vue-sync/vue/host'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'

const { url, key, asks } = await (await fetch('/api/sync')).json()
const typed = () => {
  const given = sessionStorage.getItem('sync-key') ?? prompt('Host key') ?? undefined
  if (given) sessionStorage.setItem('sync-key', given)
  return given
}
createApp(App).use(createPinia()).use(syncPlugin, { url, key: asks ? typed() : key }).mount('#app')
`

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

let browser: Browser
let app: ViteApp
let outDir: string
let pages: Server
/** The answer of the app's own server at `/api/sync`. */
let runtime: object
beforeAll(async () => {
  browser = await launchBrowser()
  app = openViteApp()
  outDir = join(app.dir, 'out')
  await mkdir(join(app.dir, 'src'), { recursive: true })
  await writeFile(join(app.dir, 'src/main.ts'), MAIN)
  vi.stubEnv('NODE_ENV', 'production')
  await build({ ...app.config(), build: { outDir, target: 'es2022' }, logLevel: 'silent' })
  vi.unstubAllEnvs()
  pages = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : request.url!
    if (path === '/api/sync') return void response.end(JSON.stringify(runtime))
    void readFile(join(outDir, path)).then(
      (body) => response.setHeader('content-type', TYPES[extname(path)] ?? '').end(body),
      () => response.writeHead(404).end(),
    )
  }).listen(0, '127.0.0.1')
  await once(pages, 'listening')
})
afterAll(async () => {
  await browser.close()
  pages.closeAllConnections()
  pages.close()
  await app.close()
})

let relay: SyncServer | undefined
afterEach(async () => relay?.stop())

const origin = (): string => `http://localhost:${(pages.address() as { port: number }).port}`

async function startRelay(options: SyncServerOptions = {}): Promise<string> {
  relay = createSyncServer({ port: 0, host: '127.0.0.1', warn: () => {}, ...options })
  await relay.start()
  return `ws://localhost:${relay.getStatus().port}`
}

/** Changes the state in the built app, and waits until a viewer of the relay has it. */
async function expectPublished(
  title: string,
  prepare?: (page: Awaited<ReturnType<Browser['newPage']>>) => unknown,
) {
  const page = await browser.newPage()
  await prepare?.(page)
  await page.goto(origin())
  await page.getByLabel('Title').fill(title)
  const viewer = await connect(relay!, 'viewer')
  await viewer.until((message) => JSON.stringify(message.payload).includes(title))
  await viewer.close()
  await page.close()
}

it('publishes with the key that the app’s own server gives it', async () => {
  const url = await startRelay()
  runtime = { url, key: relay!.hostKey }
  await expectPublished('Fetched')
})

it('publishes with the key that a person types', async () => {
  runtime = { url: await startRelay(), asks: true }
  await expectPublished('Typed', (page) =>
    page.on('dialog', (dialog) => void dialog.accept(relay!.hostKey)),
  )
})

it('publishes without any key when the relay asks the app’s login', async () => {
  const url = await startRelay({
    allowedOrigins: [origin()],
    authorize: ({ role, headers }) =>
      role === 'viewer' ? undefined : headers.get('cookie')?.includes('login=presenter'),
  })
  runtime = { url }
  await expectPublished('Logged in', (page) =>
    page.context().addCookies([{ name: 'login', value: 'presenter', url: origin() }]),
  )
})
