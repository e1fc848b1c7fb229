import { defineStore } from 'pinia'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { errorText, expectErrors } from '../support/apps/printed.ts'
import { WebSocketServer } from 'ws'
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

function startHost(url = relay.url) {
  const { app, pinia } = createTestApp()
  const backoff = { first: 20, max: 100 }
  app.use(pinia).use(syncPlugin, { url, key: HOST_KEY, debounce: 10, backoff })
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

/** Types the short code of a host into a viewer. */
async function redeem(code: string | undefined): Promise<{ status: number; link: string }> {
  const origin = relay.url.replace('ws', 'http')
  const answer = await fetch(`${origin}/pair`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  })
  const { key } = (await answer.json()) as { key?: string }
  return { status: answer.status, link: `${origin}/#k=${key}` }
}
const codeOf = async (host: ReturnType<typeof startHost>): Promise<string> => {
  await expect.poll(() => host.pairCode.value).toBeDefined()
  return host.pairCode.value!
}

const INVALID_ID = errorText(
  'host',
  'VS113',
  'access.revoked[1]: It must be the id of a token: 1 to 64 letters, digits, "-" or "_".',
)
const WITHDRAWN = errorText('viewer', 'VS112', 'This link was withdrawn')
const mainLink = () => `${relay.url}#k=${VIEWER_KEY}`
const accessKey = () => `vue-sync:access:${relay.url}/`
const isIn = (viewer: Viewer, title = 'First') => expect.poll(viewer.title).toBe(title)
const isOut = async (viewer: Viewer) => {
  await expect.poll(() => viewer.error.value?.code).toBe('VS112')
  expect(viewer.status.value).toBe('disconnected')
}

describe('the host', () => {
  it('issues viewer links, sees the number of viewers of each, and revokes one', async () => {
    expectErrors(WITHDRAWN)
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
    expectErrors(WITHDRAWN, WITHDRAWN)
    const host = startHost()
    const viewer = startViewer(mainLink())
    await isIn(viewer)
    const before = host.viewerUrl.value
    host.rotate()
    await isOut(viewer)
    // There is no link until the relay has signed the next one.
    await expect.poll(() => host.viewerUrl.value ?? before).not.toBe(before)
    await isIn(startViewer(host.viewerUrl.value!))

    const link = host.viewerUrl.value!
    host.close()
    const { port } = relay.getStatus()
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
    expectErrors(errorText('viewer', 'VS112', 'This link has expired'))
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

  it.each([
    ['with cleared storage', () => storage.clear()],
    ['with the rules of before the rotations', (old: string) => storage.set(accessKey(), old)],
  ])('locks out everyone with rotate() from another browser %s', async (_, prepare) => {
    expectErrors(...Array<string>(6).fill(WITHDRAWN))
    const first = startHost()
    await isIn(startViewer(mainLink()))
    first.issue({ label: 'Press' })
    const old = storage.get(accessKey())!
    for (let round = 0; round < 3; round++) await first.rotate()
    const link = first.viewerUrl.value!
    const viewer = startViewer(link)
    await isIn(viewer)
    const typed = await redeem(await codeOf(first))
    const guest = startViewer(typed.link)
    await isIn(guest)
    first.close()

    prepare(old)
    const second = startHost()
    const code = await codeOf(second)
    // Connecting alone neither locks anyone out nor lets anyone in again.
    await isOut(startViewer(mainLink()))
    await isIn(startViewer(link))
    await expect
      .poll(() => second.tokens.value.map(({ label }) => label))
      .toEqual([undefined, expect.stringMatching(/^code, /)])
    await second.rotate()
    await isOut(viewer)
    await isOut(guest)
    await isOut(startViewer(typed.link))
    expect((await redeem(code)).status).toBe(404)
    expect(second.viewerUrl.value).not.toBe(link)
    await isIn(startViewer(second.viewerUrl.value!))
    await isIn(startViewer((await redeem(await codeOf(second))).link))
  })

  it('locks out everyone with a rotate() that it made offline and with cleared storage', async () => {
    expectErrors(WITHDRAWN)
    const first = startHost()
    for (let round = 0; round < 3; round++) await first.rotate()
    const viewer = startViewer(first.viewerUrl.value!)
    await isIn(viewer)
    first.close()
    storage.clear()

    const second = startHost()
    second.stop()
    const done = second.rotate()
    const press = second.issue({ label: 'Press' })
    // The page is reloaded before it connects.
    second.close()
    const third = startHost()
    await isOut(viewer)
    await expect.poll(() => third.tokens.value.find(({ id }) => id === press)?.url).toContain('#k=')
    await isIn(startViewer(third.tokens.value.find(({ id }) => id === press)!.url!))
    await isIn(startViewer(third.viewerUrl.value!))
    await expect(Promise.race([done, 'waits'])).resolves.toBe('waits')
  })

  it('sees one token for each short code, and revokes it without locking out others', async () => {
    expectErrors(WITHDRAWN, WITHDRAWN)
    const host = startHost()
    const code = await codeOf(host)
    const { link } = await redeem(code)
    expect(link).not.toContain(VIEWER_KEY)
    const [one, two, main] = [startViewer(link), startViewer(link), startViewer(mainLink())]
    for (const viewer of [one, two, main]) await isIn(viewer)
    await expect.poll(() => host.tokens.value.map(({ viewers }) => viewers)).toEqual([2])
    const [token] = host.tokens.value
    expect(token!.label).toMatch(/^code, \d\d:\d\d$/)
    expect(token!.expires).toBeGreaterThan(Date.now())
    await host.revoke(token!.id)
    await isOut(one)
    await isOut(two)
    expect((await redeem(code)).status).toBe(404)
    expect(host.tokens.value).toEqual([])
    await expect.poll(() => host.pairCode.value).not.toBe(code)
    host.board.title = 'Second'
    await isIn(main, 'Second')
  })

  it('shows no link after revoke("main"), and never one that was issued for somebody', async () => {
    const host = startHost()
    await host.rotate()
    const { id } = host.tokens.value[0]!
    await host.revoke(id)
    const press = host.issue({ label: 'Press' })
    await expect.poll(() => host.tokens.value[0]?.url).toContain('#k=')
    expect(host.tokens.value.map((token) => token.id)).toEqual([press])
    expect([host.viewerUrls.value, host.viewerUrl.value]).toEqual([[], undefined])
    const { link } = await redeem(await codeOf(host))
    expect(link).not.toContain(press)
  })

  it('learns that the relay refused a change, and that the next one was applied', async () => {
    expectErrors(INVALID_ID, WITHDRAWN)
    await relay.stop()
    const warnings: string[] = []
    relay = await startRelay(0, { warn: (text) => void warnings.push(text) })
    const host = startHost()
    await host.rotate()
    // Nothing in the library makes an invalid id, but an app may pass one.
    await expect(host.revoke('no id')).rejects.toThrow(/VS113.*access\.revoked\[1\]/)
    expect(host.accessError.value?.code).toBe('VS113')
    expect(host.error.value).toBeUndefined()
    const viewer = startViewer(host.viewerUrl.value!)
    await isIn(viewer)
    // Nobody awaits this one. It must not end as an unhandled rejection.
    void host.revoke('no id either')
    await expect.poll(() => host.accessError.value?.message).toContain('VS113')
    await host.revoke(host.tokens.value[0]!.id)
    expect(host.accessError.value).toBeUndefined()
    await isOut(viewer)
    expect(() => host.issue({ label: 'x'.repeat(201) })).toThrow('VS107')
    // The relay logs it once for each host, because hosts before 0.2 do not show it.
    expect(warnings).toEqual([expect.stringContaining('access.revoked[1]')])
  })

  it('waits with the promise of rotate() until a relay that was away has confirmed it', async () => {
    expectErrors(WITHDRAWN)
    const host = startHost()
    await isIn(startViewer(mainLink()))
    const { port } = relay.getStatus()
    await relay.stop()
    const done = host.rotate()
    expect(await Promise.race([done, 'waits'])).toBe('waits')
    relay = await startRelay(port)
    await done
    await isOut(startViewer(mainLink()))
    await isIn(startViewer(host.viewerUrl.value!))
  })

  it('sends its rules to a relay of before 0.2, which answers no change', async () => {
    const older = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(older, 'listening')
    const received: { access?: { generation: number; tokens: object[] } }[] = []
    older.on('connection', (socket) => {
      socket.on('message', (data) => received.push(JSON.parse(String(data)).payload))
      socket.send(JSON.stringify({ type: 'status', payload: { running: true, clientCount: 0 } }))
    })
    try {
      const host = startHost(`ws://127.0.0.1:${(older.address() as AddressInfo).port}`)
      await expect.poll(() => host.status.value).toBe('connected')
      await expect.poll(() => received.length).toBeGreaterThan(0)
      await host.rotate()
      await host.rotate()
      host.issue({ label: 'Press' })
      const generations = () => received.flatMap(({ access }) => access?.generation ?? [])
      await expect.poll(generations).toEqual([1, 2, 2])
      expect(received.at(-1)!.access!.tokens[0]).toMatchObject({ general: true })
      host.stop()
      host.start()
      await expect.poll(generations).toEqual([1, 2, 2, 2])
    } finally {
      unmountApps()
      for (const socket of older.clients) socket.terminate()
      older.close()
    }
  })

  it('works when its stored data is invalid', async () => {
    expectErrors(WITHDRAWN)
    storage.set(`vue-sync:access:${relay.url}/`, '{"generation":"x"}')
    const host = startHost()
    await isIn(startViewer(mainLink()))
    host.rotate()
    await expect.poll(() => host.tokens.value[0]?.url).toBeDefined()
  })
})
