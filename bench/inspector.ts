import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { createSyncServer } from '@vue-sync/server'
import { ensureViewer, VIEWER_DIR } from '../scripts/builds.ts'
import { openLargeSession } from './inspector/large-session.ts'
import {
  mostElements,
  openPeople,
  openViewerPage,
  typeSearch,
  type ViewerPage,
} from './inspector/viewer-page.ts'
import { median } from './rows.ts'

/**
 * Measures what the inspector costs a phone with a large state: `pnpm bench:inspector [--quick]`. A host publishes it
 * over a relay on loopback, and Chromium shows the built viewer app. CPU is that of the page's main thread: the
 * median of many updates; the minimum and the median of several rounds. Search is measured after the search field has
 * had the focus for half a second. It takes a few minutes; `--quick` makes one short round.
 */
const quick = process.argv.includes('--quick')
const ROUNDS = quick ? 1 : 3
const UPDATES = quick ? 20 : 50
/** Each update flashes, because this is longer than the shortest time between two flashes. */
const FLASH_MS = 520
const FAST_MS = 100

const number = (value: number, digits = 1): string => value.toFixed(digits)
const rows: Record<string, Record<string, string>> = {}
function report(
  name: string,
  values: { old?: string; target?: string; now: string; slow?: string },
): void {
  const { old = '', target = '', now, slow = '' } = values
  rows[name] = { old, target, now, '4 × slower CPU': slow }
  console.log(`${name}: ${now}${slow && `, 4 × slower CPU: ${slow}`}`)
}
const range = (values: number[]): string =>
  values.length === 1
    ? `${number(values[0]!)} ms`
    : `${number(Math.min(...values))} to ${number(median(values))} ms`

/**
 * Returns the CPU for one update, in milliseconds: the median of each round. What is far above the median is saving,
 * which does not come with each update.
 */
async function costs(viewer: ViewerPage, update: () => void, every: number): Promise<number[]> {
  const found: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const each: number[] = []
    let before = await viewer.cpu()
    for (let at = 0; at < UPDATES; at++) {
      const frames = viewer.frames()
      update()
      await wait(every)
      const now = await viewer.cpu()
      if (viewer.frames() === frames + 1) each.push(now - before)
      before = now
    }
    found.push(median(each))
  }
  return found
}

ensureViewer()
const relay = createSyncServer({ port: 0, host: '127.0.0.1', viewerDir: VIEWER_DIR })
await relay.start()
const session = await openLargeSession(`ws://127.0.0.1:${relay.getStatus().port}`, relay.hostKey)
const browser = await chromium.launch({
  executablePath: process.env['VUE_SYNC_BROWSER'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
const url = relay.viewerUrls()[0]!.url
console.log(
  `25 stores, 5,000 rows, ${session.values.toLocaleString('en')} values, ${number(session.bytes / 1000, 0)} kB of JSON; Chromium ${browser.version()}`,
)

/** Measures the same with a fast and with a slow CPU. */
async function compare(
  viewer: ViewerPage,
  measure: () => Promise<string>,
): Promise<{ now: string; slow: string }> {
  const now = await measure()
  await viewer.slowDown(4)
  const slow = await measure()
  await viewer.slowDown(1)
  return { now, slow }
}

try {
  const starts: Record<'now' | 'slow', { firstRow: number[]; firstByte: number[]; cpu: number[] }> =
    {
      now: { firstRow: [], firstByte: [], cpu: [] },
      slow: { firstRow: [], firstByte: [], cpu: [] },
    }
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, rate] of [
      ['now', 1],
      ['slow', 4],
    ] as const) {
      const viewer = await openViewerPage(browser, url, rate)
      starts[name].firstRow.push(viewer.firstRow)
      starts[name].firstByte.push(viewer.firstByte)
      starts[name].cpu.push(viewer.firstRowCpu)
      await viewer.close()
    }
  report('first byte of the page', {
    now: range(starts.now.firstByte),
    slow: range(starts.slow.firstByte),
  })
  report('first card, from the first byte', {
    old: '4.2 s from the start of the navigation',
    target: '1 s',
    now: range(starts.now.firstRow),
    slow: range(starts.slow.firstRow),
  })
  report('CPU until then', { now: range(starts.now.cpu), slow: range(starts.slow.cpu) })

  const viewer = await openViewerPage(browser, url, 1)
  report('elements, 25 stores', { target: '1,500', now: String(await viewer.elements()) })
  report('heap, 25 stores', { now: `${number((await viewer.heap()) / 1e6)} MB` })
  const idle = await viewer.cpu()
  await wait(5000)
  report('CPU per second without changes', {
    now: `${number(((await viewer.cpu()) - idle) / 5)} ms`,
  })
  report('one update of a small store, with flash', {
    old: '39.6 ms',
    target: '5 ms, slow 20 ms',
    ...(await compare(viewer, async () =>
      range(await costs(viewer, session.updateFirst, FLASH_MS)),
    )),
  })
  report('one update of a small store, ten a second', {
    target: '5 ms, slow 20 ms',
    ...(await compare(viewer, async () =>
      range(await costs(viewer, session.updateFirst, FAST_MS)),
    )),
  })
  await openPeople(viewer)
  report('elements, 5,000 rows opened', {
    old: '35,111',
    target: '1,500',
    now: String(await viewer.elements()),
  })
  report('the most elements while scrolling', {
    target: '1,500',
    now: String(await mostElements(viewer)),
  })
  report('heap, 5,000 rows opened', {
    old: '48 MB',
    now: `${number((await viewer.heap()) / 1e6)} MB`,
  })
  report('the same update, 5,000 rows opened, with flash', {
    target: '5 ms, slow 20 ms',
    ...(await compare(viewer, async () =>
      range(await costs(viewer, session.updateFirst, FLASH_MS)),
    )),
  })
  report('the same update out of sight, without flash', {
    old: '9.9 ms',
    target: '5 ms, slow 20 ms',
    ...(await compare(viewer, async () => range(await costs(viewer, session.updateLast, FAST_MS)))),
  })
  report('one insert at the front, 5,000 rows opened', {
    old: '2.8 s, slow 15.9 s',
    ...(await compare(viewer, async () => range(await costs(viewer, session.insert, FLASH_MS)))),
  })
  report(`search in ${session.values.toLocaleString('en')} values, each letter`, {
    target: '100 ms',
    ...(await compare(viewer, async () => {
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++)
        times.push(...(await typeSearch(viewer, 'person-43')))
      return `${range(times)}, at most ${number(Math.max(...times))} ms`
    })),
  })
  console.table(rows)
} finally {
  await browser.close()
  session.close()
  await relay.stop()
}
