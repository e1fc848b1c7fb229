import { createPinia, defineStore } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { App } from 'vue'
import { syncPlugin } from '@vue-sync/vue/host'
import { syncViewer, useSyncedState, useSyncViewer } from '@vue-sync/vue/viewer'
import { createEmptyApp } from '../support/apps/app.ts'
import { ModelNetwork } from '../support/network/model-network.ts'

const HOUR = 3_600_000
const useBoard = defineStore('board', { state: () => ({ n: 0 }), sync: true })

let network: ModelNetwork
const apps: App[] = []

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
  network = new ModelNetwork()
})
afterEach(() => {
  for (const app of apps.splice(0)) app.unmount()
  network.session.close(4000, '')
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function pass(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 250) {
    await vi.advanceTimersByTimeAsync(Math.min(left, 250))
    network.deliver()
  }
}

function open(plugin: typeof syncPlugin | typeof syncViewer): App {
  const app = createEmptyApp()
  apps.push(app)
  const { WebSocket, fetch } = network
  app.use(createPinia()).use(plugin as never, { url: 'ws://relay', WebSocket, fetch })
  app.mount({})
  return app
}

it.each([
  ['an hour forward', HOUR],
  ['an hour back', -HOUR],
  ['to 1970', -Date.now()],
  ['ten years forward', 10 * 365 * 24 * HOUR],
])('host and viewer stay in sync when the clock jumps %s', async (_, jump) => {
  const host = open(syncPlugin)
  const board = host.runWithContext(() => useBoard())
  const page = open(syncViewer)
  const { viewer, view } = page.runWithContext(() => ({
    viewer: useSyncViewer(),
    view: useSyncedState('board'),
  }))
  const shows = async (n: number, within: number) => {
    board.n = n
    await pass(within)
    expect([view.value, viewer.status.value]).toEqual([{ n }, 'connected'])
  }
  const shift = () => vi.setSystemTime(Date.now() + jump)
  await shows(1, 2000)
  shift()
  await shows(2, 2000)
  // The clock jumps during a wait for the next dial.
  network.kill()
  await pass(1000)
  shift()
  network.start()
  await shows(3, 20_000)
  // The clock jumps while the page is hidden and sends changes without a timer.
  Object.assign(document, { hidden: true })
  document.dispatchEvent(new Event('visibilitychange'))
  shift()
  Object.assign(document, { hidden: false })
  document.dispatchEvent(new Event('visibilitychange'))
  await shows(4, 2000)
  // A connection with a gap is replaced at once, whatever the clock said at the last replacement.
  for (const n of [5, 6]) {
    // Another message each time: a viewer waits if the relay sends the same one again.
    network.socketsOf('viewer')[0]!.tamper = (text) => text.replace(/"seq":\d+/, `"seq":90${n}`)
    await shows(n, 1000)
    shift()
  }
})
