import { createPinia, defineStore } from 'pinia'
import { createApp } from 'vue'
import { syncPlugin, useSyncHost } from '@vue-sync/vue/host'

// The plugin publishes from pages only. Pinia and Vue are loaded before, so they see no browser.
const page = Object.assign(new EventTarget(), { hidden: false })
Object.assign(globalThis, { document: page, window: page })

export interface Person {
  id: number
  name: string
  mail: string
  role: string
  city: string
  score: number
  active: boolean
  since: string
}

const person = (id: number): Person => ({
  id,
  name: `Person no. ${id}`,
  mail: `person-${id}@mail.example.org`,
  role: ['manager', 'editor', 'reader'][id % 3]!,
  city: ['Wien', 'Paris', 'Zürich', 'Oslo'][id % 4]!,
  score: (id * 37) % 1009,
  active: id % 2 === 0,
  since: `2026-0${1 + (id % 9)}-11`,
})

/** A host with the state of the findings: 25 stores, 5,000 rows in one of them, 50,000 values, 816 kB of JSON. */
export interface LargeSession {
  bytes: number
  values: number
  /** Changes the first store, which is small. */
  updateFirst: () => void
  /** Changes the last store, which is small. */
  updateLast: () => void
  /** Inserts a row before the 5,000. */
  insert: () => void
  close: () => void
}

const countValues = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, part) => sum + countValues(part), 0)
    : 1

/** Publishes the state, and resolves once the relay has it. Each change is sent at the end of its tick. */
export async function openLargeSession(url: string, key: string): Promise<LargeSession> {
  const app = createApp({})
  const pinia = createPinia()
  app.use(pinia).use(syncPlugin, { url, key, debounce: 0 })
  const define = <T extends object>(id: string, state: () => T) =>
    defineStore(id, { state, sync: true })(pinia).$state as T
  const small = (at: number) =>
    define(`store${at}`, () => ({
      value: 0,
      title: `Store ${at}`,
      ready: true,
      list: [1, 2, 3],
      range: { from: at, to: at + 10 },
    }))
  const first = small(0)
  const people = define('people', () => ({
    rows: Array.from({ length: 5000 }, (_, id) => person(id)),
  }))
  for (let at = 1; at < 5; at++)
    define(`series${at}`, () => ({
      points: Array.from({ length: 2470 }, (_, point) => (point * 7919 * at) % 10_007),
    }))
  for (let at = 5; at < 23; at++) small(at)
  const last = small(23)
  const host = app.runWithContext(useSyncHost)
  while (host.status.value !== 'connected') await new Promise((resolve) => setTimeout(resolve, 20))
  const state = pinia.state.value
  let next = 1_000_000
  return {
    bytes: JSON.stringify(state).length,
    values: countValues(state),
    updateFirst: () => void first.value++,
    updateLast: () => void last.value++,
    insert: () => void people.rows.unshift(person(next++)),
    close: () => host.stop(),
  }
}
