import process from 'node:process'
import { effect } from 'vue'
import { type Change, DELTAS, makeRow, measure, median, type State } from '../rows.ts'
import { openHost, openViewer } from './mirrored.ts'
import { openFastJsonPatch, openWholePatch, openYjs, type YState } from './others.ts'

/**
 * One process of `pnpm bench:viewer`: measures one number of rows in the build of Vue and Pinia that `NODE_ENV`
 * chooses, and writes the costs in milliseconds as JSON. Arguments: the number of rows, `all` or `ours`.
 */
const [rowCount, who] = process.argv.slice(2)
const count = Number(rowCount)
const rounds = count >= 100_000 ? 9 : count >= 10_000 ? 25 : 51

export type Costs = Record<string, Record<string, number>>
const costs: Costs = {}

/** What a screen shows: some rows and the number of all. Gives whether it would render again. */
function showScreen(read: () => { title: string | undefined; rows: State['rows'] }): () => boolean {
  let dirty = false
  const run = effect(
    () => {
      const { title, rows } = read()
      for (let index = 0; index < Math.min(10, rows.length); index++) void rows[index]!.value
      return `${title} ${rows.length}`
    },
    { scheduler: () => (dirty = true) },
  )
  return () => {
    if (!dirty) return false
    run()
    dirty = false
    return true
  }
}

function report(name: string, candidate: string, times: number[]): void {
  ;(costs[name] ??= {})[candidate] = median(times)
}

function assertSame(name: string, shown: State, expected: State): void {
  if (JSON.stringify(shown) !== JSON.stringify(expected)) throw new Error(`${name}: not the same`)
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

/** A whole state that a new viewer shows, then one in which a row differs. */
async function measureWholeStates(): Promise<void> {
  const host = openHost(count)
  let viewer!: Awaited<ReturnType<typeof openViewer>>
  const first: number[] = []
  const differing: number[] = []
  const parse: number[] = []
  for (let round = 0; round < rounds; round++) {
    viewer?.dispose()
    viewer = await openViewer()
    showScreen(() => viewer.state)
    const { text } = host.flushAll()
    parse.push(measure(() => JSON.parse(text)))
    first.push(measure(() => viewer.receive(text)))
    await settled()
  }
  for (let round = 0; round < rounds; round++) {
    DELTAS['row']!(host.state, round)
    const { text } = host.flushAll()
    differing.push(measure(() => viewer.receive(text)))
    await settled()
  }
  assertSame('whole states', viewer.state, host.state)
  report('full state', 'ours', first)
  report('full, one row differs', 'ours', differing)
  report('JSON.parse of it', 'ours', parse)
  viewer.dispose()
  host.stop()
}

async function measureOurs(name: string, change: Change): Promise<void> {
  const host = openHost(count)
  const viewer = await openViewer()
  const screen = showScreen(() => viewer.state)
  viewer.receive(host.flushAll().text)
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    screen()
    change(host.state, round)
    const { text } = host.flush()
    times.push(measure(() => viewer.receive(text)))
    await settled()
  }
  assertSame(name, viewer.state, host.state)
  report(name, 'ours', times)
  viewer.dispose()
  host.stop()
}

async function measureOthers(name: string, change: Change): Promise<void> {
  const host = openHost(count)
  for (const [candidate, open] of [
    ['fast-json-patch', openFastJsonPatch],
    ['$patch', openWholePatch],
  ] as const) {
    const viewer = open(count)
    viewer.receive(host.flushAll().text)
    const screen = showScreen(() => viewer.state)
    const times: number[] = []
    for (let round = 0; round < Math.min(9, rounds); round++) {
      screen()
      change(host.state, round)
      const { text } = candidate === '$patch' ? host.flushAll() : host.flush()
      times.push(measure(() => viewer.receive(text)))
      await settled()
    }
    report(name, candidate, times)
    assertSame(`${name}, ${candidate}`, viewer.state, host.state)
  }
  host.stop()
}

const yChanges: Record<string, (state: YState, round: number) => void> = {
  field: ({ info }, round) => void (info.title = `title ${round}`),
  row: ({ rows }, round) => void (rows[(round * 7919) % count]!.value = -round - 1),
  push: ({ rows }, round) => void rows.push(makeRow(1_000_000 + round)),
  shift: ({ rows }) => void rows.splice(0, 1),
  // A Yjs array has no move: a row is removed, and a copy is added.
  move: ({ rows }) => {
    const copy = { ...rows[count >> 1]! }
    rows.splice(count >> 1, 1)
    rows.splice(0, 0, copy)
  },
}

async function measureYjs(): Promise<void> {
  const { state, change, receive } = openYjs(count)
  const screen = showScreen(() => ({ title: state.info.title, rows: state.rows }))
  for (const [name, work] of Object.entries(yChanges)) {
    const times: number[] = []
    for (let round = 0; round < Math.min(9, rounds); round++) {
      screen()
      const update = change((rows) => work(rows, round))
      times.push(measure(() => receive(update)))
      await settled()
    }
    report(name, 'yjs', times)
  }
}

await measureWholeStates()
for (const [name, change] of Object.entries(DELTAS)) {
  await measureOurs(name, change)
  if (who === 'all') await measureOthers(name, change)
}
if (who === 'all') await measureYjs()
console.log(JSON.stringify(costs))
process.exit(0)
