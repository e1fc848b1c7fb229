import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { ms } from './rows.ts'
import { measureInChromium } from './viewer/chromium.ts'
import type { Costs } from './viewer/measure.ts'

/**
 * Measures what a message costs a viewer, from the text of the frame to the changed store, next to other ways to
 * show the same change: `pnpm bench:viewer [ROWS…]`. Production and development builds run in processes of their
 * own. Takes a few minutes. With `--chromium`, it measures the longest tasks in a Chromium with a CPU four times slower
 * instead.
 */
const args = process.argv.slice(2)
const inChromium = args.includes('--chromium')
const sizes = args.filter((arg) => arg !== '--chromium').map(Number)
if (sizes.length === 0) sizes.push(...(inChromium ? [10_000] : [1000, 10_000, 100_000]))
const script = fileURLToPath(new URL('./viewer/measure.ts', import.meta.url))

function run(count: number, who: 'all' | 'ours', build: string): Costs {
  const output = execFileSync(
    process.execPath,
    [...process.execArgv, '--max-old-space-size=4096', script, String(count), who],
    {
      env: { ...process.env, NODE_ENV: build },
      // Vue and this library warn in development, which is not what is measured.
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    },
  )
  return JSON.parse(output.trim().split('\n').at(-1)!) as Costs
}

if (inChromium) {
  for (const count of sizes) await measureInChromium(count)
  process.exit(0)
}

for (const count of sizes) {
  const production = run(count, 'all', 'production')
  const development = run(count, 'ours', 'development')
  const table = Object.entries(production).map(([message, { ours, ...others }]) => {
    const build = development[message]!['ours']!
    const row: Record<string, string> = {
      message,
      'vue-sync': ms(ours!),
      development: ms(build),
      '× production': (build / ours!).toFixed(1),
    }
    for (const name of ['fast-json-patch', '$patch', 'yjs']) {
      const cost = others[name]
      row[name] = cost === undefined ? '' : ms(cost)
      row[`× ${name}`] = cost === undefined ? '' : (ours! / cost).toFixed(3)
    }
    return row
  })
  console.log(`\n${count.toLocaleString('en')} rows × 5 fields (medians, ms)`)
  console.table(Object.fromEntries(table.map(({ message, ...costs }) => [message, costs])))
}
