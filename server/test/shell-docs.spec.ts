import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readBlocks } from '../../e2e/support/readme/blocks.ts'
import { connectTo } from './client.ts'

const local = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Inside the package, so that the scripts import it by its name, from source.
const CACHE = local('../node_modules/.cache')
let dir: string
let child: ChildProcessByStdio<Writable, Readable, Readable> | undefined

beforeEach(async () => {
  await mkdir(CACHE, { recursive: true })
  dir = await mkdtemp(join(CACHE, 'shell-'))
})
afterEach(async () => {
  child?.kill()
  await rm(dir, { recursive: true })
})

/** The code of a documented file. @throws Error if the page has none */
async function documented(page: string, target: string): Promise<string> {
  const blocks = readBlocks(await readFile(local(`../../docs/guide/shells/${page}.md`), 'utf8'))
  const block = blocks.find((candidate) => candidate.target === target)
  if (!block) throw new Error(`${page}.md has no file ${target}.`)
  // Another relay may use the default port.
  return block.code.replace('createSyncServer({', 'createSyncServer({ port: 0, host: "127.0.0.1",')
}

/** Aborts when a script ends, with what it wrote to its standard error. */
function endOf(script: NonNullable<typeof child>): AbortSignal {
  const end = new AbortController()
  let problem = ''
  script.stderr.on('data', (data) => (problem += String(data)))
  script.once('close', (code) => end.abort(new Error(`The script ended with ${code}:\n${problem}`)))
  return end.signal
}

/** Starts a script and returns the first line of its output. */
async function start(code: string): Promise<string> {
  await writeFile(join(dir, 'main.mjs'), code)
  const args = ['--conditions=@vue-sync/source', 'main.mjs']
  child = spawn(process.execPath, args, { cwd: dir, stdio: 'pipe' })
  const [line] = await once(createInterface(child.stdout), 'line', {
    signal: endOf(child),
  })
  return line as string
}

async function expectHost(origin: string, { url, key }: { url: string; key: string }) {
  const host = await connectTo(url, 'host', { key, headers: { origin } })
  await host.until(({ type }) => type === 'status')
  await host.close()
  const other = await connectTo(url, 'host', { key, headers: { origin: 'app://another' } })
  expect((await other.closed).code).toBe(4405)
}

it('runs the relay as the sidecar of the Tauri page, which ends with the app', async () => {
  const relay = JSON.parse(await start(await documented('tauri', 'sidecar/relay.js')))
  await expectHost('tauri://localhost', relay)
  child!.stdin.end()
  expect(await once(child!, 'exit')).toEqual([0, null])
})

// Stands for Electron, whose program cannot be downloaded everywhere: it records what the code registers.
const ELECTRON = `
const handlers = {}
export const app = { whenReady: async () => {}, on() {} }
export const protocol = {
  registerSchemesAsPrivileged(list) { handlers.schemes = list },
  handle(scheme, handler) { handlers[scheme] = handler },
}
export const ipcMain = { handle(name, handler) { handlers[name] = handler } }
export class BrowserWindow {
  async loadURL(url) {
    const ask = async (path) => {
      const answer = await handlers.app(new Request('app://bundle/' + path))
      return [answer.status, answer.headers.get('content-type'), await answer.text()]
    }
    console.log(JSON.stringify({
      url,
      scheme: handlers.schemes[0].scheme,
      page: await ask('index.html'),
      missing: await ask('other.html'),
      outside: await ask('%2e%2e%2fmain.mjs'),
      relay: await handlers.relay({ senderFrame: { origin: 'app://bundle' } }),
      stranger: (await handlers.relay({ senderFrame: { origin: 'http://192.168.1.5:9876' } })) ?? null,
    }))
  }
}
`

it('runs the relay in the main process of the Electron page, which gives the key to its own page only', async () => {
  await mkdir(join(dir, 'node_modules/electron'), { recursive: true })
  await writeFile(join(dir, 'node_modules/electron/index.mjs'), ELECTRON)
  await writeFile(join(dir, 'node_modules/electron/package.json'), '{"exports":"./index.mjs"}')
  await mkdir(join(dir, 'dist'))
  await writeFile(join(dir, 'dist/index.html'), '<title>host</title>')
  const { relay, ...seen } = JSON.parse(await start(await documented('electron', 'main.js')))
  expect(seen).toEqual({
    url: 'app://bundle/index.html',
    scheme: 'app',
    page: [200, 'text/html', '<title>host</title>'],
    missing: [404, 'text/html', ''],
    outside: [404, null, ''],
    stranger: null,
  })
  await expectHost('app://bundle', relay)
})
