import process from 'node:process'
import type { RuntimeOptions } from '../src/runtimes/runtime-options.ts'

/**
 * The main module of a relay in a process of Bun or Deno, for tests: `child-runtime-main.ts OPTIONS` with the
 * options as JSON. It prints its port, and stops when its standard input ends.
 */
const options: RuntimeOptions = {
  port: 0,
  host: '127.0.0.1',
  ...(JSON.parse(process.argv[2] ?? '{}') as RuntimeOptions),
}
const { port, stop } = await ('Bun' in globalThis
  ? (await import('../src/runtimes/bun.ts')).serveBun(options)
  : (await import('../src/runtimes/deno.ts')).serveDeno(options))
process.stdin.on('end', () => void stop().then(() => process.exit(0)))
process.stdin.resume()
process.stdout.write(`${port}\n`)
