import { describe, expect, it } from 'vitest'
import { expectQuiet, messages, type Page } from '../support/browsers/playwright.ts'
import { useFixtureTabs } from '../support/browsers/fixture-tabs.ts'
import { startRelay, VIEWER_KEY } from '../support/relays/relay.ts'
import type { Tab } from '../support/browsers/tabs.ts'

const { bed, open } = useFixtureTabs()

const linked = (page: Page) =>
  page.waitForFunction(() => (window.test.host ?? window.test.viewer).status.value === 'connected')

const shows = (page: Page, title: string) => page.waitForSelector(`h1:text-is("${title}")`)

/** Opens a host and a viewer that shows its state. */
async function pair(): Promise<{ host: Tab; viewer: Tab }> {
  const host = await open('host')
  await linked(host)
  await host.evaluate(() => {
    window.test.stores.useBoard.title = 'Live'
  })
  const viewer = await open('viewer')
  await shows(viewer, 'Live')
  return { host, viewer }
}

describe('the mirror', () => {
  it('reaches a first and a second viewer, and a third that joins while the host is offline', async () => {
    const { host, viewer } = await pair()
    const second = await open('viewer')
    await shows(second, 'Live')
    await host.close()
    await viewer.waitForFunction(() => window.test.viewer.host.value === 'offline')
    const third = await open('viewer')
    await shows(third, 'Live')
    await expectQuiet(host.seen, viewer.seen, second.seen, third.seen)
  })

  it('sends a stream of changes about once a second, with only the changed field, and ends on the final value', async () => {
    const { host, viewer } = await pair()
    // Browsers limit a hidden tab to one timer a second, so the host must be the tab in front.
    await host.bringToFront()
    // A pause longer than the debounce, as on a loaded machine, splits the stream: such an attempt does not count.
    let continuous = false
    for (let attempt = 1; attempt <= 5 && !continuous; attempt++) {
      viewer.seen.received.length = 0
      const longest = await host.evaluate(async (final) => {
        const { useBoard } = window.test.stores
        const end = performance.now() + 2000
        let last = performance.now()
        let gap = 0
        while (last < end) {
          useBoard.speed += 0.25
          await new Promise(requestAnimationFrame)
          gap = Math.max(gap, performance.now() - last)
          last = performance.now()
        }
        useBoard.speed = final
        return gap
      }, attempt * 1000)
      await viewer.waitForSelector(`output:text-is("${attempt * 1000}")`)
      continuous = longest < 200
      const updates = messages(viewer.seen.received, 'config_update')
      if (!continuous) continue
      for (const { payload } of updates)
        expect(payload).toEqual({ board: { speed: expect.any(Number) } })
      expect(updates.at(-1)!.payload).toEqual({ board: { speed: attempt * 1000 } })
      // Two for the two seconds, and one after them. Without the debounce there would be a hundred.
      expect(updates.length).toBeGreaterThanOrEqual(2)
      expect(updates.length).toBeLessThanOrEqual(4)
    }
    expect(continuous, 'a stream without a pause, in five tries').toBe(true)
    await expectQuiet(host.seen, viewer.seen)
  })

  it('excludes stores without the sync option and fields that are not picked', async () => {
    const { host, viewer } = await pair()
    const wire = host.seen.sent.join()
    expect(wire).not.toContain('1234')
    expect(wire).not.toContain('never sent')
    const ids = await viewer.evaluate(() => window.test.viewer.storeIds.value)
    expect(ids.toSorted()).toEqual(['board', 'dated', 'odd', 'timer'])
    const full = messages(viewer.seen.received, 'session_update')[0]!.payload as Record<
      string,
      object
    >
    expect(Object.keys(full['timer']!)).toEqual(['left'])
  })

  it('carries values that JSON has no form for, with serialize and deserialize', async () => {
    const { host, viewer } = await pair()
    await host.evaluate(() => {
      window.test.stores.useDated.when = new Date('2026-11-24T12:00:00Z')
    })
    await viewer.waitForFunction(
      () => window.test.stores.useDated.when.toISOString() === '2026-11-24T12:00:00.000Z',
    )
  })

  it('warns in development of each value that cannot be synced, and syncs the rest', async () => {
    const { host, viewer } = await pair()
    await host.evaluate(() => {
      const cycle: Record<string, unknown> = { ok: 1 }
      cycle['self'] = cycle
      window.test.stores.useOdd.odd = {
        date: new Date(0),
        map: new Map(),
        set: new Set(),
        none: undefined,
        nan: Number.NaN,
        big: 1n,
        run() {},
        cycle,
      }
      window.test.stores.useOdd.fine = 2
    })
    await viewer.waitForFunction(() => window.test.stores.useOdd.fine === 2)
    expect(await viewer.evaluate(() => JSON.stringify(window.test.stores.useOdd.odd))).toBe(
      '{"date":"1970-01-01T00:00:00.000Z","nan":null,"cycle":{"ok":1}}',
    )
    const warnings = host.seen.complaints.join('\n')
    for (const part of ['date', 'map', 'set', 'nan', 'big', 'run'])
      expect(warnings).toContain(`VS201: store "odd", odd.${part} is `)
    expect(warnings).toContain('VS209: store "odd", odd.cycle.self contains itself')
    expect(host.seen.complaints).toHaveLength(7)
  })

  it('re-renders only components with changed data, also after a full update', async () => {
    const { host, viewer } = await pair()
    await host.evaluate(() => {
      window.test.stores.useBoard.rows = [1, 2, 3].map((id) => ({ id, name: `row ${id}` }))
    })
    await viewer.waitForFunction(() => document.querySelectorAll('li').length === 3)
    const before = await viewer.evaluate(() => ({ ...window.test.renders }))
    await host.evaluate(() => {
      window.test.stores.useBoard.rows[1]!.name = 'changed'
      window.test.host.push()
    })
    await viewer.waitForSelector('li:text-is("changed")')
    const after = await viewer.evaluate(() => ({ ...window.test.renders }))
    expect(after).toEqual({ ...before, 'row 2': before['row 2']! + 1 })
  })

  it('re-renders one row when one of a thousand rows changes, and none when a row moves', async () => {
    const { host, viewer } = await pair()
    await host.evaluate(() => {
      window.test.stores.useBoard.rows = Array.from({ length: 1000 }, (_, id) => ({
        id,
        name: `row ${id}`,
      }))
    })
    await viewer.waitForFunction(() => document.querySelectorAll('li').length === 1000)
    const before = await viewer.evaluate(() => ({ ...window.test.renders }))
    viewer.seen.received.length = 0
    await host.evaluate(() => {
      window.test.stores.useBoard.rows[500]!.name = 'changed'
    })
    await viewer.waitForSelector('li:text-is("changed")')
    const after = await viewer.evaluate(() => ({ ...window.test.renders }))
    expect(after).toEqual({ ...before, 'row 500': before['row 500']! + 1 })
    await host.evaluate(() => {
      const { rows } = window.test.stores.useBoard
      rows.unshift(...rows.splice(900, 1))
    })
    await viewer.waitForSelector('li:first-child:text-is("row 900")')
    expect(await viewer.evaluate(() => window.test.renders)).toEqual(after)
    expect(viewer.seen.received.map((frame) => JSON.parse(frame).patch)).toEqual([
      [{ op: 'replace', path: '/board/rows/500/name', value: 'changed' }],
      [{ op: 'move', from: '/board/rows/900', path: '/board/rows/0' }],
    ])
    await expectQuiet(host.seen, viewer.seen)
  })

  it('warns when code in the viewer writes to a synced store', async () => {
    const { viewer } = await pair()
    await viewer.evaluate(() => {
      window.test.stores.useBoard.nested.a.b = 5
    })
    await viewer.waitForTimeout(0)
    expect(viewer.seen.complaints).toEqual([expect.stringContaining('VS205: store "board"')])
  })
})

describe('the connection', () => {
  it('reconnects after growing waits when the relay was killed, without re-rendering unchanged components', async () => {
    const { host, viewer } = await pair()
    const waits = viewer.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const seen: number[] = []
          const timer = setInterval(() => {
            const { retryAt } = window.test.viewer
            const wait = retryAt.value && retryAt.value - Date.now()
            if (wait && wait > (seen.at(-1) ?? 0) + 100) seen.push(wait)
            if (seen.length === 3) {
              clearInterval(timer)
              resolve(seen)
            }
          }, 10)
        }),
    )
    const { port } = bed.relay.getStatus()
    await bed.relay.stop()
    await viewer.waitForFunction(() => window.test.viewer.status.value === 'reconnecting')
    const [first, second, third] = await waits
    expect(second).toBeGreaterThan(first!)
    expect(third).toBeGreaterThan(second!)
    const before = await viewer.evaluate(() => ({ ...window.test.renders }))
    viewer.seen.received.length = 0
    bed.relay = await startRelay(port)
    await Promise.all([linked(host), linked(viewer)])
    await host.evaluate(() => {
      window.test.stores.useBoard.speed = 7
    })
    await viewer.waitForSelector('output:text-is("7")')
    expect(await viewer.evaluate(() => window.test.renders)).toEqual(before)
    await expectQuiet(host.seen, viewer.seen)
  })

  it('stays closed after disconnect(), and resumes with connect()', async () => {
    const { host, viewer } = await pair()
    await viewer.evaluate(() => window.test.viewer.disconnect())
    const { sockets } = viewer.seen
    await host.evaluate(() => {
      window.test.stores.useBoard.title = 'Missed'
    })
    const { port } = bed.relay.getStatus()
    await bed.relay.stop()
    bed.relay = await startRelay(port)
    await linked(host)
    expect(viewer.seen.sockets).toBe(sockets)
    expect(await viewer.evaluate(() => window.test.viewer.status.value)).toBe('disconnected')
    await viewer.evaluate(
      (url) => window.test.viewer.connect(url),
      `${bed.relay.url}#k=${VIEWER_KEY}`,
    )
    await shows(viewer, 'Missed')
  })

  it('opens one socket however often connect() is called', async () => {
    const { viewer } = await pair()
    await viewer.evaluate((url) => {
      for (let call = 0; call < 10; call++) window.test.viewer.connect(url)
    }, `${bed.relay.url}#k=${VIEWER_KEY}`)
    await viewer.waitForTimeout(100)
    expect(viewer.seen.sockets).toBe(1)
  })

  it('stays open in viewers when the host reloads', async () => {
    const { host, viewer } = await pair()
    await host.reload()
    await linked(host)
    await shows(viewer, 'Board')
    await host.evaluate(() => {
      window.test.stores.useBoard.title = 'Reloaded'
    })
    await shows(viewer, 'Reloaded')
    expect(viewer.seen.sockets).toBe(1)
    await expectQuiet(host.seen, viewer.seen)
  })

  it('moves to a second host, and the first reports VS103 and does not redial', async () => {
    const { host, viewer } = await pair()
    const next = await open('host')
    await linked(next)
    await host.waitForFunction(() => window.test.host.error.value?.code === 'VS103')
    expect(await host.evaluate(() => window.test.host.status.value)).toBe('disconnected')
    await next.evaluate(() => {
      window.test.stores.useBoard.title = 'Second'
    })
    await shows(viewer, 'Second')
    expect(host.seen.sockets).toBe(1)
  })

  it('ends with VS102 for host and viewer when the key is wrong, without a redial', async () => {
    const host = await open('host', { key: 'wrong' })
    await host.waitForFunction(() => window.test.host.error.value?.code === 'VS102')
    const viewer = await open('viewer', { key: 'wrong' })
    await viewer.waitForFunction(() => window.test.viewer.error.value?.code === 'VS102')
    expect(await viewer.evaluate(() => window.test.viewer.status.value)).toBe('disconnected')
    expect([host.seen.sockets, viewer.seen.sockets]).toEqual([1, 1])
  })

  it('shows the host how many devices are connected', async () => {
    const { host, viewer } = await pair()
    const label = (text: string) =>
      host.waitForFunction((wanted) => window.test.host.label.value === wanted, text)
    await label('1 device connected')
    const second = await open('viewer')
    await label('2 devices connected')
    await second.close()
    await viewer.close()
    await label('No device connected')
    expect(await host.evaluate(() => window.test.host.viewerUrl.value)).toContain(
      `#k=${VIEWER_KEY}`,
    )
  })

  it('leaves no socket and no timer behind when the app is unmounted', async () => {
    const { host, viewer } = await pair()
    await Promise.all([
      host.evaluate(() => window.test.unmount()),
      viewer.evaluate(() => window.test.unmount()),
    ])
    await expect.poll(() => bed.relay.getStatus().clientCount).toBe(0)
    const { port } = bed.relay.getStatus()
    await bed.relay.stop()
    bed.relay = await startRelay(port)
    await viewer.waitForTimeout(3000)
    expect([host.seen.sockets, viewer.seen.sockets]).toEqual([1, 1])
    await expectQuiet(host.seen, viewer.seen)
  })
})
