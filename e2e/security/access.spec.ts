import { defineStore } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { syncPlugin, useSyncHost } from '@vue-sync/vue/host'
import { syncViewer, useSyncedState, useSyncViewer } from '@vue-sync/vue/viewer'
import { createTestApp, stubPage, stubStorage, unmountApps } from '../support/apps/app.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// The host app controls who may view; the plugins and the relay are real.
let relay: TestRelay
let storage: Map<string, string>

beforeEach(async () => {
  stubPage()
  storage = stubStorage('localStorage')
  relay = await startRelay()
})
afterEach(async () => {
  unmountApps()
  await relay.stop()
  vi.unstubAllGlobals()
})

const useBoard = defineStore('board', { state: () => ({ title: 'First' }), sync: true })

function startHost() {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncPlugin, { url: relay.url, key: HOST_KEY, debounce: 10 })
  app.mount({})
  const board = useBoard(pinia)
  return { board, close: () => app.unmount(), ...app.runWithContext(useSyncHost) }
}

function startViewer(link: string) {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncViewer, { url: link })
  app.mount({})
  const viewer = app.runWithContext(useSyncViewer)
  const board = app.runWithContext(() => useSyncedState('board'))
  return { ...viewer, title: () => board.value?.['title'] }
}
type Viewer = ReturnType<typeof startViewer>

const mainLink = () => `${relay.url}#k=${VIEWER_KEY}`
const isIn = (viewer: Viewer, title = 'First') => expect.poll(viewer.title).toBe(title)
const isOut = async (viewer: Viewer) => {
  await expect.poll(() => viewer.error.value?.code).toBe('VS112')
  expect(viewer.status.value).toBe('disconnected')
}

describe('the host', () => {
  it('issues viewer links, sees the number of viewers of each, and revokes one', async () => {
    const host = startHost()
    const [press, guests] = [host.issue({ label: 'Press' }), host.issue({ label: 'Guests' })]
    const linkOf = async (wanted: string): Promise<string> => {
      const find = () => host.tokens.value.find(({ id }) => id === wanted)?.url
      await expect.poll(find).toBeDefined()
      return find()!
    }
    const [one, two] = [startViewer(await linkOf(press)), startViewer(await linkOf(guests))]
    await isIn(one)
    await isIn(two)
    await expect
      .poll(() => host.tokens.value.map(({ label, viewers }) => [label, viewers]))
      .toEqual([
        ['Press', 1],
        ['Guests', 1],
      ])
    host.revoke(press)
    await isOut(one)
    host.board.title = 'Second'
    await isIn(two, 'Second')
    expect(one.title()).toBe('First')
    expect(host.tokens.value.map(({ label }) => label)).toEqual(['Guests'])
  })

  it('locks out all viewers with rotate(), also after the host reloads and the relay restarts', async () => {
    const host = startHost()
    const viewer = startViewer(mainLink())
    await isIn(viewer)
    const before = host.viewerUrl.value
    host.rotate()
    await isOut(viewer)
    await expect.poll(() => host.viewerUrl.value).not.toBe(before)
    await isIn(startViewer(host.viewerUrl.value!))

    host.close()
    const { port } = relay.getStatus()
    const link = host.viewerUrl.value!
    await relay.stop()
    relay = await startRelay(port)
    const early = startViewer(mainLink())
    await expect.poll(() => early.status.value).toBe('connected')
    const again = startHost()
    await isOut(early)
    expect(early.title()).toBeUndefined()
    await isIn(startViewer(link))
    await expect.poll(() => again.viewerUrl.value).toBe(link)
  })

  it('issues links that expire', async () => {
    const host = startHost()
    host.issue({ expiresIn: 700 })
    const link = () => host.tokens.value[0]?.url
    await expect.poll(link).toBeDefined()
    const viewer = startViewer(link()!)
    await isIn(viewer)
    await isOut(viewer)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'rejects an expiry of %d ms',
    (expiresIn) => {
      const host = startHost()
      expect(() => host.issue({ expiresIn })).toThrow('VS107')
    },
  )

  it('works when its stored data is invalid', async () => {
    storage.set(`vue-sync:access:${relay.url}/`, '{"generation":"x"}')
    const host = startHost()
    await isIn(startViewer(mainLink()))
    host.rotate()
    await expect.poll(() => host.tokens.value[0]?.url).toBeDefined()
  })
})
