import process from 'node:process'
import fastJsonPatch from 'fast-json-patch'
import { createPinia, defineStore } from 'pinia'
import { createApp, effect, nextTick } from 'vue'
import * as Y from 'yjs'
import { createWarn } from '../packages/vue-sync/src/diagnostics.ts'
import { createPublisher } from '../packages/vue-sync/src/host/core/publisher.ts'
import { createStoreSource } from '../packages/vue-sync/src/host/stores/store-source.ts'
import { printCodecs } from './codecs.ts'
import { type Change, CHANGES, initial, measure, median, ms, type Row } from './rows.ts'

/**
 * Measures what a change costs the host: `pnpm bench:host`. One run measures all candidates, so that the
 * ratios hold on any machine. Each size takes a few seconds. `--ours` measures vue-sync only, in more rounds, and
 * `--codecs` the codecs only.
 */
interface Cost {
  mutation: number
  flush: number
  /** The tenth percentile of `flush`, which other work on the machine changes least. */
  fastest: number
  bytes: number
}

async function ours(count: number, change: Change, rounds: number): Promise<Cost> {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const store = defineStore('s', { state: initial(count) })(pinia)
  let bytes = 0
  const publisher = createPublisher('epoch', (message) => {
    bytes = JSON.stringify(message).length
    return true
  })
  const source = createStoreSource(store, {}, createWarn(), () => {})
  publisher.add('s', source.read)
  publisher.flush()
  const mutations: number[] = []
  const flushes: number[] = []
  for (let round = 0; round < rounds; round++) {
    mutations.push(measure(() => change(store.$state, round)))
    flushes.push(measure(publisher.flush))
    await nextTick()
  }
  source.stop()
  return {
    mutation: median(mutations),
    flush: median(flushes),
    fastest: flushes.toSorted((a, b) => a - b)[Math.floor(flushes.length / 10)]!,
    bytes,
  }
}

/** Vue's own cost of the change, with an effect that tracks the list but does nothing. */
async function vueAlone(count: number, change: Change, rounds: number): Promise<number> {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const store = defineStore('s', { state: initial(count) })(pinia)
  effect(() => void store.rows.values(), { scheduler: () => {} })
  const mutations: number[] = []
  for (let round = 0; round < rounds; round++) {
    mutations.push(measure(() => change(store.$state, round)))
    await nextTick()
  }
  return median(mutations)
}

/** The simple approach: `$subscribe`, and the whole state as JSON. */
async function naive(
  count: number,
  change: Change,
  rounds: number,
): Promise<Omit<Cost, 'fastest'>> {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const store = defineStore('s', { state: initial(count) })(pinia)
  let bytes = 0
  store.$subscribe((_, state) => {
    bytes = JSON.stringify(state).length
  })
  await nextTick()
  const mutations: number[] = []
  const flushes: number[] = []
  for (let round = 0; round < rounds; round++) {
    mutations.push(measure(() => change(store.$state, round)))
    const start = performance.now()
    await nextTick()
    flushes.push(performance.now() - start)
  }
  return { mutation: median(mutations), flush: median(flushes), bytes }
}

const toMap = (row: Row) => new Y.Map<unknown>(Object.entries(row))

/** Returns the bytes that fast-json-patch and Yjs send for the same change. */
function otherBytes(count: number, change: Change): { patch: number; yjs: number } {
  const before = initial(count)()
  const after = structuredClone(before)
  change(after, 1)
  const patch = JSON.stringify(fastJsonPatch.compare(before, after)).length

  const doc = new Y.Doc()
  const rows = doc.getArray<Y.Map<unknown>>('rows')
  doc.transact(() => {
    doc.getMap('s').set('title', before.title)
    rows.push(before.rows.map(toMap))
  })
  let yjs = 0
  doc.on('update', (update: Uint8Array) => (yjs += update.length))
  doc.transact(() => {
    // A Yjs application changes data in place where it can.
    if (after.title !== before.title) doc.getMap('s').set('title', after.title)
    const moved = after.rows.some((row, index) => row.id !== before.rows[index]?.id)
    if (after.rows.length > before.rows.length) rows.push([toMap(after.rows.at(-1)!)])
    else if (after.rows.length < before.rows.length) rows.delete(0, 1)
    else if (moved) {
      rows.delete(0, rows.length)
      rows.push(after.rows.map(toMap))
    } else
      for (const [index, row] of after.rows.entries())
        if (row.value !== before.rows[index]!.value) rows.get(index).set('value', row.value)
  })
  doc.destroy()
  return { patch, yjs }
}

const isOurs = process.argv.includes('--ours')
const sizes = process.argv.includes('--codecs') ? [] : [100, 10_000, 100_000]
for (const count of sizes) {
  const rounds = isOurs ? 101 : count >= 100_000 ? 9 : count >= 10_000 ? 31 : 101
  console.log(`\n${count.toLocaleString('en')} rows × 5 fields (median of ${rounds}, ms)`)
  const table: Record<string, object> = {}
  // The candidates run one after the other, so that each has the machine to itself.
  for (const [name, change] of Object.entries(CHANGES)) {
    // Changes that write every element take half a second with 100,000.
    if (isOurs && count >= 100_000 && /shift|sort/.test(name)) continue
    const mine = await ours(count, change, rounds)
    const own = await vueAlone(count, change, rounds)
    const row = {
      mutation: ms(mine.mutation),
      'by Vue alone': ms(own),
      flush: ms(mine.flush),
      fastest: ms(mine.fastest),
    }
    table[name] = row
    if (isOurs) continue
    const plain = await naive(count, change, Math.min(rounds, 9))
    const others = otherBytes(count, change)
    table[name] = {
      ...row,
      'naive flush': ms(plain.flush),
      'times faster': Math.round(plain.flush / mine.flush),
      bytes: mine.bytes,
      'full state': plain.bytes,
      'fast-json-patch': others.patch,
      yjs: others.yjs,
    }
  }
  console.table(table)
}

if (!isOurs) printCodecs(10_000)
