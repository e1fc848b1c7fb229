import { cpSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { connect as connectHttp2 } from 'node:http2'
import { connect as dialTcp } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createVitest } from 'vitest/node'
import vue from '@vitejs/plugin-vue'
import {
  build,
  createLogger,
  createServer,
  type InlineConfig,
  type Logger,
  preview,
  type PreviewServer,
  type ViteDevServer,
} from 'vite'
import { WebSocket } from 'ws'
import { openLocalCertificate } from '@vue-sync/server'
import { parseLink } from '@vue-sync/vue/protocol'
import { ask, type Client, connectTo, session } from '../../../server/test/client.ts'
import { type AppServer, vueSync, type VueSyncOptions, type VueSyncParts } from './index.ts'
import { RELAY_MODULE } from './virtual-modules.ts'

const APP = fileURLToPath(new URL('../test/app', import.meta.url))
const MODULE = `/@id/__x00__${RELAY_MODULE}`

let dir: string
let printed: string[]
const stops: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-vite-'))
  printed = []
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const stop of stops.splice(0).reverse()) await stop()
  // Vite may still write what it has prepared.
  await rm(dir, { recursive: true, force: true, maxRetries: 20 })
})

/** Keeps what is printed, without colours. */
function logger(): Logger {
  const keep = (text: string): void => {
    // oxlint-disable-next-line no-control-regex -- the escape character begins a code
    printed.push(text.replaceAll(/\u001B\[[\d;]*m/g, ''))
  }
  return Object.assign(createLogger('info'), {
    info: keep,
    warn: keep,
    error: keep,
    warnOnce: keep,
  })
}

function configOf(
  options: VueSyncOptions,
  config: InlineConfig = {},
  parts?: VueSyncParts,
): InlineConfig {
  return {
    root: APP,
    configFile: false,
    cacheDir: join(dir, 'cache'),
    customLogger: logger(),
    resolve: { conditions: ['@vue-sync/source', 'module', 'browser', 'development|production'] },
    ...config,
    // Browsers test what the plugin adds to pages.
    plugins: [vue(), vueSync({ button: false, devtools: false, ...options }, parts)],
    server: { host: '127.0.0.1', port: 0, watch: null, ...config.server },
  }
}

async function serve(
  options: VueSyncOptions = {},
  config?: InlineConfig,
  parts?: VueSyncParts,
): Promise<ViteDevServer> {
  const server = await createServer(configOf(options, config, parts))
  stops.push(() => server.close())
  if (server.httpServer) await server.listen()
  return server
}

function portOf({ httpServer }: ViteDevServer | PreviewServer): number {
  return (httpServer!.address() as { port: number }).port
}

const originOf = (server: ViteDevServer | PreviewServer): string =>
  `http://127.0.0.1:${portOf(server)}`

const keyIn = (source: string): string => /key: "([^"]+)"/.exec(source)?.[1] ?? ''

async function hostKeyOf(server: ViteDevServer, path = MODULE): Promise<string> {
  return keyIn(await (await fetch(originOf(server) + path)).text())
}

/** An app's own server, which passes all requests on to Vite. Returns its port. */
async function serveBy(vite: () => ViteDevServer, host = '127.0.0.1') {
  const http = createHttpServer((request, response) =>
    vite().middlewares.handle(request, response, () => response.writeHead(404).end()),
  )
  stops.push(async () => http.close())
  await new Promise<void>((resolve) => http.listen(0, host, resolve))
  return { http, port: (http.address() as { port: number }).port }
}

const viewerLink = (): string => /Viewer: +(\S+)/.exec(printed.join('\n'))?.[1] ?? ''

/** Waits for the lines of the relay. */
async function printUrls(server: ViteDevServer | PreviewServer): Promise<void> {
  server.printUrls()
  await expect.poll(viewerLink).not.toBe('')
}

/** Publishes as a host, and follows as a viewer with the printed link. */
async function expectLive(hostKey: string, ca?: string): Promise<[Client, Client]> {
  const { relay, key } = parseLink(viewerLink())!
  const host = await connectTo(relay, 'host', { key: hostKey, ca })
  const viewer = await connectTo(relay, 'viewer', { key, ca })
  stops.push(host.close, viewer.close)
  host.send(session('e', 1, { board: { title: 'Live' } }))
  await viewer.until(({ type }) => type === 'session_update')
  return [host, viewer]
}

describe('a dev server', () => {
  it('carries the relay: its link serves the viewer, and viewers follow a host with the key of the module', async () => {
    const server = await serve()
    await printUrls(server)
    expect(viewerLink()).toMatch(
      new RegExp(`^http://(?:localhost|127\\.0\\.0\\.1):${portOf(server)}/__sync/#k=`),
    )
    expect((await fetch(viewerLink())).headers.get('content-security-policy')).toContain(
      "default-src 'none'",
    )
    await expectLive(await hostKeyOf(server))
  })

  it('leaves the socket of HMR alone', async () => {
    const server = await serve()
    const token = server.config.webSocketToken
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(server)}/?token=${token}`, 'vite-hmr')
    const [data] = await once(socket, 'message')
    expect(JSON.parse(String(data))).toEqual({ type: 'connected' })
    socket.terminate()
  })

  it('says without --host how phones can reach it, and shows no QR code', async () => {
    await printUrls(await serve())
    expect(printed.join('\n')).toContain('use --host to let phones in')
    expect(printed.join('\n')).not.toContain('█')
  })

  it('shows link, code and QR code for phones with --host', async () => {
    const server = await serve({ relay: { address: '192.168.7.7' } }, { server: { host: true } })
    await printUrls(server)
    const text = printed.join('\n')
    expect(text).toContain(`Viewer:  http://192.168.7.7:${portOf(server)}/__sync/#k=`)
    expect(text).toMatch(/Code: +[\dA-Z]{3} [\dA-Z]{3} to type at http:\/\/192\.168\.7\.7:/)
    expect(text).toContain('█')
  })

  it('keeps keys and link over a restart, and works after it', async () => {
    const server = await serve({}, { server: { strictPort: true } })
    await printUrls(server)
    const before = [viewerLink(), await hostKeyOf(server)]
    await server.restart()
    printed.length = 0
    await printUrls(server)
    expect([viewerLink(), await hostKeyOf(server)]).toEqual(before)
    await expectLive(before[1]!)
  })

  it('works below the base of Vite', async () => {
    const server = await serve({}, { base: '/shop/' })
    await printUrls(server)
    expect(new URL(viewerLink()).pathname).toBe('/shop/__sync/')
    await expectLive(await hostKeyOf(server, `/shop${MODULE}`))
  })

  it('finds the relay also in an app without a public folder', async () => {
    const server = await serve({}, { publicDir: false })
    const source = await (await fetch(originOf(server) + MODULE)).text()
    expect(source).toContain('new URL("/__sync", ')
  })

  it('works at another path', async () => {
    const server = await serve({ path: '/live/' })
    await printUrls(server)
    expect(new URL(viewerLink()).pathname).toBe('/live/')
    await expectLive(await hostKeyOf(server))
  })

  it('shares its keys with another one of the same project, at the same time', async () => {
    const [first, second] = [await serve(), await serve()]
    expect(await hostKeyOf(first)).toBe(await hostKeyOf(second))
    await printUrls(second)
    await expectLive(await hostKeyOf(first))
  })

  it('stops its relay when it closes', async () => {
    const server = await serve()
    await printUrls(server)
    const [host] = await expectLive(await hostKeyOf(server))
    await server.close()
    await host.closed
  })
})

const lan = Object.values(networkInterfaces())
  .flat()
  .find((info) => info && !info.internal && info.family === 'IPv4')?.address

describe('the host key', () => {
  it.each([
    ['a page behind a tunnel', { 'x-forwarded-for': '192.0.2.1' }],
    ['a page of another name', { host: 'app.test' }],
  ])('is not given to %s', async (_, headers) => {
    const server = await serve({}, { server: { allowedHosts: ['app.test'] } })
    const { body } = await ask({ getStatus: () => ({ port: portOf(server) }) } as never, MODULE, {
      headers,
      ...('host' in headers && { host: headers.host }),
    })
    expect(body).toContain("publishFrom: 'network'")
    expect(body).not.toContain(await hostKeyOf(server))
  })

  it.skipIf(!lan)('is given to a page from the network only when that was asked for', async () => {
    async function openFromNetwork(publishFrom: 'machine' | 'network', path: string) {
      const server = await serve({ publishFrom }, { server: { host: '0.0.0.0' } })
      const key = await hostKeyOf(server)
      const text = await (await fetch(`http://${lan}:${portOf(server)}${path}`)).text()
      return text.includes(key)
    }
    expect(await openFromNetwork('network', MODULE)).toBe(true)
    for (const path of [MODULE, `/@id/${RELAY_MODULE}`, MODULE.replace('virtual', '%76irtual')])
      expect([path, await openFromNetwork('machine', path)]).toEqual([path, false])
  })

  // Vite lets pages of every localhost port read its modules. Browsers say which page asks.
  it.each([
    ['of another port', 'machine', { origin: 'http://localhost:8000' }],
    ['of another port, in a browser that says so', 'machine', { 'sec-fetch-site': 'same-site' }],
    ['of another website', 'network', { 'sec-fetch-site': 'cross-site' }],
    ['of another website, in an old browser', 'network', { origin: 'https://evil.example' }],
  ] as const)('is not given to a page %s', async (_, publishFrom, headers) => {
    const server = await serve({ publishFrom }, { server: { cors: true } })
    const key = await hostKeyOf(server)
    const text = await (await fetch(originOf(server) + MODULE, { headers })).text()
    expect(text).not.toContain(key)
    expect(text).toContain("allowedOrigins: ['")
  })

  it('is given to a page of a backend that the options name', async () => {
    const origin = 'http://localhost:8000'
    const server = await serve({ relay: { allowedOrigins: [origin] } }, { server: { cors: false } })
    const response = await fetch(originOf(server) + MODULE, {
      headers: { origin, 'sec-fetch-site': 'same-site' },
    })
    expect(await response.text()).toContain(await hostKeyOf(server))
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
  })

  it('is unknown to Vite, so no plugin that shows modules can show it', async () => {
    const server = await serve()
    const { code } = (await server.transformRequest(RELAY_MODULE))!
    expect(code).not.toContain(await hostKeyOf(server))
  })

  it('is never served from the cache folder', async () => {
    const root = join(dir, 'app')
    cpSync(APP, root, { recursive: true })
    const server = await serve({}, { root, cacheDir: join(root, 'cache') })
    const key = await hostKeyOf(server)
    const [file] = await readdir(join(root, 'cache/vue-sync'))
    const path = `/cache/vue-sync/${file}`
    for (const form of [
      path,
      `${path}?raw`,
      `${path}?import&raw`,
      `${path}?url`,
      `/@fs${root}${path}`,
      path.replace('relay', '%72elay'),
      path.replace('relay', '%2572elay'),
      // One escape that is wrong after the first decoding must not keep the others from being read.
      `${path.replace('relay', '%72elay')}?x=%25`,
      `${path.replace('relay', '%72elay')}?raw&x=%25`,
      path.replace('relay', 'RELAY'),
    ]) {
      const response = await fetch(originOf(server) + form)
      expect([form, response.status]).toEqual([form, 403])
      expect(await response.text()).not.toContain(key)
    }
  })

  it('is part of no build, whatever dev servers ran before', async () => {
    const server = await serve()
    const key = await hostKeyOf(server)
    expect(key).not.toBe('')
    vi.stubEnv('NODE_ENV', 'production')
    const outDir = join(dir, 'out')
    await build({ ...configOf({}), build: { outDir, emptyOutDir: true }, logLevel: 'silent' })
    const files = await readdir(outDir, { recursive: true, withFileTypes: true })
    const texts = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
    )
    expect(texts.length).toBeGreaterThan(1)
    for (const text of texts)
      for (const word of [key, 'vue-sync-button', RELAY_MODULE, 'vue-sync.dev', 'devtools-tab'])
        expect(text).not.toContain(word)
  })
})

/** The answer to a request over HTTP/2, as browsers send them to a server with TLS. */
async function askOverHttp2(origin: string, path: string, ca: string) {
  const client = connectHttp2(origin, { ca })
  stops.push(async () => client.destroy())
  const request = client.request({ ':path': path })
  const [headers] = (await once(request, 'response')) as [Record<string, unknown>]
  let body = ''
  request.setEncoding('utf8').on('data', (part) => (body += part))
  await once(request, 'end')
  return { ...headers, body } as Record<string, unknown> & { body: string }
}

describe('TLS', () => {
  it('of a certificate in server.https carries the relay, and its names are in the links', async () => {
    const { current, authority } = await openLocalCertificate({ caDir: join(dir, 'ca') })
    const server = await serve({}, { server: { https: current } })
    await printUrls(server)
    const { relay } = parseLink(viewerLink())!
    expect(relay).toMatch(/^wss:/)
    const origin = `https://127.0.0.1:${portOf(server)}`
    const headers = await askOverHttp2(origin, '/__sync/', authority!.cert)
    expect(headers[':status']).toBe(200)
    // Browsers open pages over HTTP/2, which names the host in another header.
    const { body } = await askOverHttp2(
      `https://localhost:${portOf(server)}`,
      MODULE,
      authority!.cert,
    )
    await expectLive(keyIn(body), authority!.cert)
  })

  it('comes with `https: true` from this machine’s CA, and plain http leads to what phones need first', async () => {
    const server = await serve({ https: true }, { server: { host: '0.0.0.0' } })
    await printUrls(server)
    const at = `127.0.0.1:${portOf(server)}`
    const redirect = await fetch(`http://${at}/page?x=1`, { redirect: 'manual' })
    expect([redirect.status, redirect.headers.get('location')]).toEqual([
      307,
      `https://${at}/page?x=1`,
    ])
    const setUp = await (await fetch(`http://${at}/__sync/setup`)).text()
    expect(setUp).toContain('ca.crt')
    const ca = await (await fetch(`http://${at}/__sync/ca.pem`)).text()
    expect((await askOverHttp2(`https://${at}`, '/src/main.ts', ca))[':status']).toBe(200)
    expect((await askOverHttp2(`https://${at}`, '/__sync/', ca))[':status']).toBe(200)
  })

  it('does not keep connections that say nothing', async () => {
    const server = await serve({ https: true })
    const socket = dialTcp(portOf(server), '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
    // A reset before the first byte must not end the process.
    expect((await fetch(`${originOf(server)}/__sync/status`)).status).toBe(200)
  })
})

describe('middleware mode', () => {
  const middleware = { server: { middlewareMode: true } } satisfies InlineConfig

  it('runs the relay on a port of its own, and ends it with the server', async () => {
    const server = await serve({ port: 0 }, middleware)
    await expect.poll(viewerLink).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#k=/)
    const { port } = await serveBy(() => server)
    const key = keyIn(await (await fetch(`http://127.0.0.1:${port}${MODULE}`)).text())
    const [host] = await expectLive(key)
    await server.close()
    await host.closed
  })

  it.skipIf(!lan)('is reached by a page from the network by the address of that page', async () => {
    const server = await serve(
      { port: 0, publishFrom: 'network' },
      { server: { ...middleware.server, host: '0.0.0.0' } },
    )
    const { port } = await serveBy(() => server, '0.0.0.0')
    await expect.poll(viewerLink).not.toBe('')
    const origin = `http://${lan}:${port}`
    const source = await (await fetch(origin + MODULE)).text()
    const relayPort = Number(new URL(viewerLink()).port)
    expect(source).toContain(`new URL("/", import.meta.url)\nurl.port = ${relayPort}\n`)
    const relay = `ws://${lan}:${relayPort}`
    const host = await connectTo(relay, 'host', { key: keyIn(source), headers: { origin } })
    stops.push(host.close)
    await host.until(({ type }) => type === 'status')
  })

  it('takes another port if the relay’s is in use', async () => {
    const other = await serve({ port: 0 }, middleware)
    await expect.poll(viewerLink).not.toBe('')
    const port = Number(new URL(viewerLink()).port)
    printed.length = 0
    await serve({ port }, middleware)
    await expect
      .poll(() => printed.join('\n'), { timeout: 20_000 })
      .toContain(`Port ${port} is in use, so the relay is at port `)
    await other.close()
  })

  it('runs the relay in the server of a framework that gives it, and ends it with Vite', async () => {
    const { http, port } = await serveBy(() => vite)
    const taken: unknown[] = []
    const onUpgrade: AppServer['onUpgrade'] = (handle) =>
      void http.on('upgrade', (request, socket, head) => {
        if (!handle(request, socket as Socket, head)) taken.push(request.url)
      })
    const vite = await serve({}, middleware, {
      appServer: () => ({ http, base: '/app/', onUpgrade }),
    })
    await expect
      .poll(viewerLink)
      .toMatch(new RegExp(`^http://(?:localhost|127\\.0\\.0\\.1):${port}/app/__sync/#k=`))
    const source = await (await fetch(`http://127.0.0.1:${port}${MODULE}`)).text()
    const [host, viewer] = await expectLive(keyIn(source))
    expect((await fetch(viewerLink())).status).toBe(200)
    expect(taken).toEqual([])
    await vite.close()
    await Promise.all([host.closed, viewer.closed])
  })
})

describe('vite preview', () => {
  it('serves the relay, and prints the host key that the built app does not have', async () => {
    const outDir = join(dir, 'out')
    vi.stubEnv('NODE_ENV', 'production')
    const config = { ...configOf({}), build: { outDir, emptyOutDir: true } }
    await build({ ...config, logLevel: 'silent' })
    const server = await preview({ ...config, preview: { host: '127.0.0.1', port: 0 } })
    stops.push(() => server.close())
    await printUrls(server)
    const key = /Key: +(\S+)/.exec(printed.join('\n'))![1]!
    await expectLive(key)
  })
})

describe('options', () => {
  it.each([
    [{ paths: '/x' }, 'vueSync() has no option "paths". It knows path, https'],
    [{ path: 'sync' }, 'path must be a path like /__sync, not "sync"'],
    [{ publishFrom: 'lan' }, "publishFrom must be 'machine' or 'network', not \"lan\""],
    [{ https: 'yes' }, 'https must be true or false, not "yes"'],
    [{ port: 70_000 }, 'port must be a port from 0 to 65535, not 70000'],
  ])('%j are refused with the name of the option', (options, problem) => {
    expect(() => vueSync(options as VueSyncOptions)).toThrow(problem)
  })

  it('of the relay are refused with the relay’s error', async () => {
    await expect(createServer(configOf({ relay: { capacity: 1 } }))).rejects.toThrow(
      'capacity must be a whole number from 16',
    )
  })
})

// Vitest reads the config of the app, and its server does not listen. So the relay took port 9876 in each test run.
it('does nothing while Vitest runs the tests of the app', async () => {
  const options = { watch: false, root: APP, config: false } as const
  const { plugins } = configOf({})
  const vitest = await createVitest('test', options, { plugins: plugins! })
  stops.push(() => vitest.close())
  const names = vitest.vite.config.plugins.map(({ name }) => name)
  expect(names).toContain('vite:vue')
  expect(names).not.toContain('vue-sync')
})
