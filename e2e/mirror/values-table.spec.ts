import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { defineStore } from 'pinia'
import { expect, it } from 'vitest'
import { watchEffect } from 'vue'
import { cbor } from '@vue-sync/vue/cbor'
import { syncPlugin, type SyncHostOptions } from '@vue-sync/vue/host'
import { msgpack } from '@vue-sync/vue/msgpack'
import { richValues } from '@vue-sync/vue/rich-values'
import { syncViewer, useSyncedState, useSyncViewer } from '@vue-sync/vue/viewer'
import { connect } from '../../server/test/client.ts'
import { createTestApp, unmountApps } from '../support/apps/app.ts'
import { useRelay } from '../support/apps/relay-bed.ts'
import { FIELD_ROWS, isOfSetup, VALUE_ROWS, type ValueRow } from '../support/apps/value-rows.ts'
import { HOST_KEY, startRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// The tables in docs/guide/values.md show what real hosts, relays and viewers do. `pnpm docs:values` writes them.
const DOC = new URL('../../docs/guide/values.md', import.meta.url)
const isUpdate = process.env['VUE_SYNC_UPDATE_DOCS'] === '1'

const bed = useRelay()

const CODECS = [msgpack(), cbor()]
const ROWS: ValueRow[] = VALUE_ROWS.flatMap(([, rows]) => rows)
const idOf = (index: number): string => `row${index}`

function defineRow(index: number, make: () => unknown) {
  const isSetup = isOfSetup(make())
  const id = idOf(index)
  if (isSetup && make() !== undefined)
    return defineStore(id, () => ({ value: make() as never }), { sync: true })
  return defineStore(id, { state: () => ({ value: make() }) as { value: unknown }, sync: true })
}

function startHost(options: Partial<SyncHostOptions>) {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncPlugin, { url: bed.relay.url, key: HOST_KEY, debounce: 5, ...options })
  app.mount({})
  return pinia
}

function startViewer(isRich: boolean) {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncViewer, {
    url: `${bed.relay.url}#k=${VIEWER_KEY}`,
    codecs: CODECS,
    ...(isRich && { values: richValues() }),
  })
  app.mount({})
  return { app, pinia }
}

const LONG = 80

/** A value as a reader of the docs would write it. */
function format(value: unknown): string {
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string') return JSON.stringify(value).replaceAll('\ufffd', '\\ufffd')
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : `Date ${value.toISOString()}`
  const list = (items: Iterable<unknown>) => `[${[...items].map(format).join(', ')}]`
  if (value instanceof Map) return `Map ${list(value)}`
  if (value instanceof Set) return `Set ${list(value)}`
  if (value instanceof ArrayBuffer) return `ArrayBuffer ${list(new Uint8Array(value))}`
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} ${list(value as Uint8Array)}`
  if (Array.isArray(value)) return list(value)
  const parts = Object.entries(value).map(
    ([key, part]) => `${/^\w+$/.test(key) ? key : JSON.stringify(key)}: ${format(part)}`,
  )
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}

function levelsOf(value: unknown): number {
  let levels = 0
  for (let part = value; typeof part === 'object' && part !== null; levels++)
    part = Object.values(part)[0]
  return levels
}

/** The content of a table's cell. */
function cell(fields: object | undefined, text = format): string {
  if (!fields || !Object.hasOwn(fields, 'value')) return 'left out'
  const { value } = fields as { value: unknown }
  const levels = levelsOf(value)
  if (levels > 20) return `${levels} levels, the rest is left out`
  const shown = text(value)
  expect(shown.length).toBeLessThan(LONG)
  return `\`${shown.replaceAll('|', '\\|')}\``
}

/** What viewers of a host with these options show, and what travels. */
async function mirror(options: Partial<SyncHostOptions>) {
  const hostPinia = startHost(options)
  for (const [index, [, make]] of ROWS.entries()) defineRow(index, make)(hostPinia)
  const { app } = startViewer(options.values !== undefined)
  const { storeIds } = app.runWithContext(useSyncViewer)
  await expect.poll(() => storeIds.value.length).toBe(ROWS.length)
  const shown = ROWS.map((_, index) => app.runWithContext(() => useSyncedState(idOf(index))).value)
  const observer = await connect(bed.relay, 'viewer')
  await expect.poll(() => observer.frames.length + observer.binaries.length).toBeGreaterThan(0)
  const [binary] = observer.binaries
  const body = binary && !options.codec ? String(binary.subarray(binary.indexOf(10) + 1)) : '{}'
  const { payload = {} } = JSON.parse(body) as { payload?: Record<string, object> }
  await observer.close()
  unmountApps()
  await bed.relay.stop()
  bed.relay = await startRelay()
  return { shown, payload }
}

/** Writes or compares the part of the docs between the marks of a table. */
function expectTable(name: string, lines: string[]): void {
  const [from, to] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`]
  const doc = readFileSync(DOC, 'utf8')
  const start = doc.indexOf(from) + from.length
  const end = doc.indexOf(to)
  expect(Math.min(start - from.length, end)).toBeGreaterThan(-1)
  const table = `\n${lines.join('\n')}\n\n`
  if (isUpdate) writeFileSync(DOC, doc.slice(0, start) + table + doc.slice(end))
  else expect(doc.slice(start, end), 'run `pnpm docs:values`').toBe(table)
}

it('docs/guide/values.md shows what each kind of value becomes', async () => {
  const json = await mirror({})
  const codes = ROWS.map((_, index) =>
    bed.warnings
      .filter((text) => text.includes(`store "${idOf(index)}"`))
      .map((text) => /VS\d+/.exec(text)?.[0]),
  )
  const packed = await mirror({ codec: msgpack() })
  const cborred = await mirror({ codec: cbor() })
  const rich = await mirror({ values: richValues() })
  const lines: string[] = []
  let index = 0
  for (const [group, rows] of VALUE_ROWS) {
    lines.push(
      `### ${group}`,
      '',
      '| a host’s value | in a viewer | MessagePack | CBOR | with `richValues()` | on the wire with it | warning |',
      '|---|---|---|---|---|---|---|',
    )
    for (const [label] of rows) {
      const plain = cell(json.shown[index])
      const same = (text: string) => (text === plain ? 'same' : text)
      const wire = cell(rich.payload[idOf(index)], JSON.stringify)
      const faithful = cell(rich.shown[index])
      const code = [...new Set(codes[index])].join(', ')
      lines.push(
        `| ${label} | ${plain} | ${same(cell(packed.shown[index]))} | ${same(cell(cborred.shown[index]))} | ${same(faithful)} | ${wire} | ${code} |`,
      )
      index++
    }
    lines.push('')
  }
  expectTable('values', lines.slice(0, -1))
})

it('docs/guide/values.md shows what a viewer’s own field of each kind does', async () => {
  const useHost = FIELD_ROWS.map((_, index) =>
    defineStore(idOf(index), {
      state: () => ({ value: { n: 1 } as { n: number } | null }),
      sync: true,
    }),
  )
  const hostPinia = startHost({})
  const hosts = useHost.map((use) => use(hostPinia))
  const { app, pinia } = startViewer(false)
  const { problems, storeIds } = app.runWithContext(useSyncViewer)
  const shown = FIELD_ROWS.map(([, make], index) => {
    const store = defineStore(idOf(index), () => ({ value: make() as never }))(pinia)
    const seen: string[] = []
    // An effect, like a component, runs again only after changes that Vue tracks.
    watchEffect(() => void seen.push(format((store as { value: unknown }).value)), {
      flush: 'sync',
    })
    return seen
  })
  const steps: string[][] = []
  const problemCodes = FIELD_ROWS.map(() => new Set<string>())
  const marker = defineStore('marker', { state: () => ({ step: 0 }), sync: true })(hostPinia)
  const view = app.runWithContext(() => useSyncedState<{ step: number }>('marker'))
  await expect.poll(() => storeIds.value.length).toBe(FIELD_ROWS.length + 1)
  for (const change of [undefined, { n: 2 }, null]) {
    for (const host of hosts) {
      if (change === null) host.value = null
      else if (change) host.value!.n = change.n
    }
    marker.step++
    await expect.poll(() => view.value?.step).toBe(marker.step)
    steps.push(shown.map((seen) => seen.at(-1)!))
    for (const [index, codes] of problemCodes.entries())
      for (const { store, code } of problems.value) if (store === idOf(index)) codes.add(code)
  }
  expectTable('fields', [
    '| a viewer’s own field | the host has `{ n: 1 }` | the host sets `n` to 2 | the host sets `null` | in `problems` |',
    '|---|---|---|---|---|',
    ...FIELD_ROWS.map(
      ([label], index) =>
        `| ${label} | ${steps.map((step) => `\`${step[index]}\``).join(' | ')} | ${[...problemCodes[index]!].join(', ')} |`,
    ),
  ])
})
