import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { COMMAND } from '../../server/test/built-command.ts'
import { type Client, config, connect, connectTo, session } from '../../server/test/client.ts'
import { type Browser, launchBrowser } from '../support/browsers/playwright.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { startRelay, type TestRelay } from '../support/relays/relay.ts'
import { start } from '../support/system/processes.ts'

let folder: string
let browser: Browser
let relay: TestRelay
let host: Client
const started: Started[] = []
const [node, script] = COMMAND

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vue-sync-recordings-'))
  ;[browser, relay] = await Promise.all([
    launchBrowser('--enable-precise-memory-info'),
    startRelay(0, { viewerDir: VIEWER_DIR }),
  ])
})
afterEach(async () => {
  await Promise.all(started.splice(0).map(({ stop }) => stop()))
})
afterAll(async () => {
  await host?.close()
  await browser?.close()
  await relay?.stop()
  await rm(folder, { recursive: true, force: true })
})

interface Started extends ReturnType<typeof start> {
  output: () => string
}

function run(...args: string[]): Started {
  const running = start(node, [script, ...args])
  let text = ''
  for (const stream of [running.child.stdout!, running.child.stderr!])
    stream.on('data', (data) => (text += String(data)))
  const process = { ...running, output: () => text }
  started.push(process)
  return process
}

/** Starts `replay` on a port that the system chooses, and gives its link. */
async function replay(file: string): Promise<string> {
  const flags = ['--port', '0', '--host', '127.0.0.1', '--speed', 'max', '--viewer-dir', VIEWER_DIR]
  const running = run('replay', file, ...flags)
  await expect.poll(running.output).toContain('The recording has ended')
  return /http:\/\/127\.0\.0\.1:\d+\/#k=[\w-]+/.exec(running.output())![0]
}

/** Opens a link in a new browser profile, and gives the value of a field. */
async function shownAt(link: string, path: string): Promise<string | null> {
  const context = await browser.newContext({ serviceWorkers: 'block' })
  const page = await context.newPage()
  await page.goto(link)
  const value = await page.locator(`[data-path="${path}"]`).getAttribute('data-value')
  await context.close()
  return value
}

it('record and replay bring a real viewer to the same state, and so does the export of the app', async () => {
  host = await connect(relay, 'host')
  await host.until(({ type }) => type === 'status')
  host.send(session('e', 1, { title: 'First', score: 0 }))

  const file = join(folder, 'show.ndjson')
  const link = relay.viewerUrls()[0]!.url
  const recorder = run('record', link, '-o', file)
  await expect.poll(recorder.output).toContain('Recording the session default')

  const context = await browser.newContext({ serviceWorkers: 'block', acceptDownloads: true })
  const page = await context.newPage()
  await page.goto(link)
  await page.locator('[data-path="s.score"]').waitFor()
  for (let score = 1; score <= 5; score++) host.send(config('e', score + 1, { score }))
  await page.locator('[data-path="s.score"][data-value="5"]').waitFor()

  await expect.poll(async () => await readFile(file, 'utf8')).toContain('\\"score\\":5')
  recorder.child.kill('SIGINT')
  await expect.poll(recorder.output).toMatch(/Recorded 6 messages, \d+ bytes/)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(file, 'utf8')).not.toContain(relay.viewerKey!)

  const played = await replay(file)
  expect(await shownAt(played, 's.score')).toBe('5')
  expect(await shownAt(played, 's.title')).toBe('"First"')

  await page.getByRole('button', { name: 'Show the history' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save recording' }).click(),
  ])
  const exported = join(folder, 'exported.ndjson')
  await download.saveAs(exported)
  await context.close()
  expect(await readFile(exported, 'utf8')).not.toContain(relay.viewerKey!)
  const again = await replay(exported)
  expect(await shownAt(again, 's.score')).toBe('5')
})

it.each([
  [['record'], 'record needs one link'],
  [['record', 'http://a b'], 'The link must be'],
  [['record', 'ws://127.0.0.1:1', '--for', 'soon'], '--for must be a time'],
  [['replay'], 'replay needs one file'],
  [['replay', 'missing.ndjson'], 'missing.ndjson cannot be read (ENOENT)'],
  [['replay', 'package.json', '--port', '0'], 'not a recording of vue-sync'],
  [['replay', 'x', '--speed', '0'], '--speed must be a number above 0'],
  [['replay', 'x', '--to', 'ws://127.0.0.1:1'], '--to needs the host key'],
])('%j ends with one line that says what is wrong', async (args, problem) => {
  const running = run(...args)
  expect((await once(running.child, 'close'))[0]).toBe(1)
  expect(running.output()).toContain(problem)
  expect(running.output().trim().split('\n')).toHaveLength(1)
})

it('replay --https plays in a relay that viewers reach over TLS', async () => {
  const caDir = join(folder, 'ca')
  const file = join(folder, 'tls.ndjson')
  await writeFile(
    file,
    [
      '{"type":"vue-sync recording","version":1,"start":1,"protocol":1,"session":"default","epoch":"e","codec":"json","encrypted":false}',
      JSON.stringify({ at: 0, text: JSON.stringify(session('e', 1, { score: 1 })) }),
      JSON.stringify({ at: 1, text: JSON.stringify(config('e', 2, { score: 2 })) }),
      '',
    ].join('\n'),
  )
  const flags = ['--port', '0', '--host', '127.0.0.1', '--https', '--ca-dir', caDir]
  const running = run('replay', file, ...flags, '--speed', 'max')
  await expect.poll(running.output).toContain('The recording has ended')
  // The link for this computer is plain, and the port answers to TLS too.
  const [, origin, key] = /http(:\/\/127\.0\.0\.1:\d+)\/#k=([\w-]+)/.exec(running.output())!
  const ca = await readFile(/stored in +(.+)/.exec(running.output())![1]!, 'utf8')
  const viewer = await connectTo(`wss${origin}`, 'viewer', { key, ca })
  await viewer.until(({ payload }) => JSON.stringify(payload).includes('"score":2'))
  await viewer.close()
})
