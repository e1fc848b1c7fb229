import process from 'node:process'
import type { RuntimeOptions } from '../src/runtimes/runtime-options.ts'

/**
 * The main module of a relay in a process of Bun or Deno, for tests: `child-runtime-main.ts OPTIONS [TIMES]`
 * with JSON. It prints its port, and stops when its standard input ends.
 */
const options: RuntimeOptions = {
  port: 0,
  host: '127.0.0.1',
  ...(JSON.parse(process.argv[2] ?? '{}') as RuntimeOptions),
}
const times = JSON.parse(process.argv[3] ?? '{}') as { idleTimeout?: number }
const { port, stop } = await ('Bun' in globalThis
  ? (await import('../src/runtimes/bun.ts')).serveBun(options, times)
  : (await import('../src/runtimes/deno.ts')).serveDeno(options, times))
process.stdin.on('end', () => void stop().then(() => process.exit(0)))
process.stdin.resume()
process.stdout.write(`${port}\n`)
