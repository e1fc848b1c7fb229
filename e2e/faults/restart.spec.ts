import { setMaxListeners } from 'node:events'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type App, watch } from 'vue'
import { syncViewer, useSyncedState, useSyncViewer } from '@vue-sync/vue/viewer'
import { connect, session } from '../../server/test/client.ts'
import { createEmptyApp } from '../support/apps/app.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

const VIEWERS = 200
/** Width of the slots in which redials are counted; many redials in one slot would be lockstep. */
const SLOT_MS = 20

let relay: TestRelay
const apps: App[] = []

beforeEach(async () => {
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
  setMaxListeners(VIEWERS, window, document)
  relay = await startRelay()
})
afterEach(async () => {
  for (const app of apps.splice(0)) app.unmount()
  await relay.stop()
  vi.unstubAllGlobals()
})

it('200 viewers spread their redials over time when the relay restarts, and all end up to date', async () => {
  const host = await connect(relay, 'host')
  host.send(session('e', 1, { round: 1 }))
  const redials: number[] = []
  const viewers = Array.from({ length: VIEWERS }, () => {
    const app = createEmptyApp()
    apps.push(app)
    app.use(createPinia()).use(syncViewer, { url: `${relay.url}#k=${VIEWER_KEY}` })
    app.mount({})
    return app.runWithContext(() => ({ ...useSyncViewer(), store: useSyncedState('s') }))
  })
  const rounds = () => new Set(viewers.map(({ store }) => store.value?.['round']))
  await expect.poll(rounds).toEqual(new Set([1]))
  for (const { retryAt } of viewers) {
    const stop = watch(
      retryAt,
      (at) => {
        if (at === undefined) return
        redials.push(at)
        queueMicrotask(() => stop())
      },
      { flush: 'sync' },
    )
  }

  const { port } = relay.getStatus()
  await relay.stop()
  await expect.poll(() => redials.length).toBe(VIEWERS)
  relay = await startRelay(port)
  const again = await connect(relay, 'host')
  again.send(session('e', 2, { round: 2 }))
  await expect.poll(rounds, { timeout: 30_000 }).toEqual(new Set([2]))
  expect(relay.getStatus().clientCount).toBe(VIEWERS)

  const slots = new Map<number, number>()
  for (const at of redials) {
    const slot = Math.floor(at / SLOT_MS)
    slots.set(slot, (slots.get(slot) ?? 0) + 1)
  }
  // An even spread puts about 7 redials into each of 30 slots.
  expect(Math.max(...slots.values())).toBeLessThan(VIEWERS / 6)
  expect(slots.size).toBeGreaterThan(20)
  await host.close()
  await again.close()
})
