import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium } from 'playwright-core'

/**
 * Measures what a signature costs a host, and its verification a viewer, in a Chromium with a CPU four times slower:
 * `pnpm bench:signing`. Takes a few seconds.
 */
const SLOWDOWN = 4
const SIZES = [200, 4096, 65_536]
const ROUNDS = 200

// With these headers the page's clock has a resolution of 5 µs instead of 100 µs.
const server = createServer((_, response) =>
  response
    .writeHead(200, {
      'content-type': 'text/html',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    })
    .end('<title>signing</title>'),
)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const browser = await chromium.launch({
  executablePath: process.env['VUE_SYNC_BROWSER'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})

/** Runs in the page. Gives the median and the 95th percentile in milliseconds. */
async function measure({ sizes, rounds }: { sizes: number[]; rounds: number }) {
  const { subtle } = crypto
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const rows: Record<string, string | number>[] = []
  for (const [name, algorithm] of [
    ['ECDSA P-256', ecdsa],
    ['Ed25519', { name: 'Ed25519' }],
  ] as const) {
    const pair = (await subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair
    for (const bytes of sizes) {
      const data = crypto.getRandomValues(new Uint8Array(bytes))
      const signature = await subtle.sign(algorithm, pair.privateKey, data)
      const row: Record<string, string | number> = { name, bytes }
      for (const [part, work] of [
        ['sign', () => subtle.sign(algorithm, pair.privateKey, data)],
        ['verify', () => subtle.verify(algorithm, pair.publicKey, signature, data)],
      ] as const) {
        const times: number[] = []
        for (let round = 0; round < rounds; round++) {
          const start = performance.now()
          await work()
          times.push(performance.now() - start)
        }
        times.sort((a, b) => a - b)
        row[`${part} ms (median)`] = times[rounds >> 1]!.toFixed(3)
        row[`${part} ms (p95)`] = times[Math.floor(rounds * 0.95)]!.toFixed(3)
      }
      rows.push(row)
    }
  }
  return rows
}

try {
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
  console.log(`Chromium ${browser.version()}, CPU ${SLOWDOWN} × slower, ${ROUNDS} rounds`)
  console.table(await page.evaluate(measure, { sizes: SIZES, rounds: ROUNDS }))
} finally {
  await browser.close()
  server.close()
}
