import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { build } from 'vite'
import { DELTAS, median, ms } from '../rows.ts'
import { openHost } from './mirrored.ts'

const SLOWDOWN = 4
const ROUNDS = 25

/** Gives the script of the page, with the build of Vue, Pinia and this library that an app has in `mode`. */
async function bundle(mode: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    mode,
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    resolve: { conditions: ['@vue-sync/source', mode, 'module', 'browser'] },
    build: {
      write: false,
      minify: mode === 'production',
      rollupOptions: { input: fileURLToPath(new URL('./page.ts', import.meta.url)) },
    },
  })
  const { output } = [result].flat()[0] as { output: { type: string; code: string }[] }
  return output.find(({ type }) => type === 'chunk')!.code
}

async function measurePage(browser: Browser, count: number, mode: string) {
  const code = await bundle(mode)
  // With these headers the page's clock has a resolution of 5 µs instead of 100 µs.
  const server = createServer(({ url }, response) =>
    response
      .writeHead(200, {
        'content-type': url === '/page.js' ? 'text/javascript' : 'text/html',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      })
      .end(
        url === '/page.js'
          ? code
          : '<!doctype html><body><script type="module" src="/page.js"></script>',
      ),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = openHost(count)
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const session = await page.context().newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
    const receive = (texts: string[]) =>
      page.evaluate(async (sent) => (await window.bench).receive(sent), texts)
    const costs: Record<string, Awaited<ReturnType<typeof receive>>> = {}
    costs['full state'] = await receive([host.flushAll().text])
    for (const [name, change] of Object.entries(DELTAS)) {
      const texts = Array.from({ length: name === 'sort' ? 5 : ROUNDS }, (_, round) => {
        change(host.state, round)
        return host.flush().text
      })
      costs[name] = await receive(texts)
    }
    const length = await page.evaluate(async () => (await window.bench).length())
    if (length !== host.state.rows.length) throw new Error(`the page shows ${length} rows`)
    await page.close()
    return costs
  } finally {
    host.stop()
    server.close()
  }
}

/** Measures the tasks that messages cause in a Chromium whose CPU is four times slower, in both builds. */
export async function measureInChromium(count: number): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env['VUE_SYNC_BROWSER'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  try {
    for (const mode of ['production', 'development']) {
      const costs = await measurePage(browser, count, mode)
      const table = Object.entries(costs).map(([name, { receive, task, long }]) => [
        name,
        {
          'store (median)': ms(median(receive)),
          'task (median)': ms(median(task)),
          'task (longest)': ms(Math.max(...task)),
          'tasks over 50 ms': `${long.length} of ${task.length}`,
          'longest of these': long.length > 0 ? ms(Math.max(...long)) : '',
        },
      ])
      console.log(
        `\n${count.toLocaleString('en')} rows, Chromium ${browser.version()}, CPU ${SLOWDOWN} × slower, ${mode} (ms)`,
      )
      console.table(Object.fromEntries(table))
    }
  } finally {
    await browser.close()
  }
}
