import { afterEach, describe, expect, it, vi } from 'vitest'
import { createHub } from '../nodes/hub.ts'
import { createHubBackplane } from '../nodes/hub-backplane.ts'
import { createAddressCounts } from './address-counts.ts'
import { createSharedAddressCounts } from './shared-address-counts.ts'

const INTERVAL = 100
const limits = { viewersPerAddress: 100, connectionsPerMinute: 200 }

async function make({ isHeld = false } = {}) {
  const held: (() => void)[] = []
  const hub = createHub()
  const notices = vi.fn<(notice: unknown) => void>()
  let time = 0
  const nodes = [0, 1].map(() => {
    const backplane = createHubBackplane({ hub, interval: INTERVAL })
    return createSharedAddressCounts({
      local: createAddressCounts(() => time),
      limits,
      backplane: {
        ...backplane,
        notify(session, notice) {
          notices(notice)
          if (isHeld) held.push(() => backplane.notify(session, notice))
          else backplane.notify(session, notice)
        },
      },
      now: () => time,
    })
  })
  for (const node of nodes) await node.start()
  notices.mockClear()
  function deliver(): void {
    for (const send of held.splice(0)) send()
  }
  return { hub, nodes, notices, deliver, wait: (ms: number) => (time += ms) }
}

describe('the counts of addresses over several nodes', () => {
  let stop = (): void => {}
  afterEach(() => stop())
  async function start(options = {}) {
    const made = await make(options)
    stop = () => {
      for (const node of made.nodes) node.stop()
    }
    return { ...made, near: made.nodes[0]!, far: made.nodes[1]! }
  }

  it('are added up for clients with many connections, and cost no message for all others', async () => {
    const { near, far, notices } = await start()
    for (let client = 0; client < 50; client++)
      for (let count = 1; count < 5; count++) {
        expect(near.countConnection(`192.0.2.${client}`)).toBe(count)
        expect(near.addViewer(`192.0.2.${client}`)).toBe(count)
      }
    expect(notices).not.toHaveBeenCalled()
    for (let count = 1; count <= 60; count++) {
      expect(await near.countConnection('2001:db8::1')).toBe(count)
      expect(await near.addViewer('2001:db8::1')).toBe(count)
    }
    expect(far.countConnection('2001:db8::2')).toBe(61)
    expect(far.viewersOf('2001:db8::2')).toBe(60)
  })

  it('do not let parallel viewers pass the limit together by more than a twentieth for each node', async () => {
    const { near, far } = await start()
    const counts = await Promise.all(
      Array.from({ length: 2000 }, (_, index) => (index % 2 ? near : far).addViewer('192.0.2.1')),
    )
    const inside = counts.filter((count) => count <= limits.viewersPerAddress)
    expect(inside.length).toBeGreaterThan(90)
    expect(inside.length).toBeLessThanOrEqual(110)
  })

  // A connection was judged later than the announcement that first counts it: after the next one, or after all that
  // arrived together. By then each node had counted the waiting connections of the others, and refused its own.
  it('let in as many as the limit allows when the announcements are slow', async () => {
    const { near, far, deliver } = await start({ isHeld: true })
    const counts = Array.from({ length: 320 }, (_, index) =>
      (index % 2 ? near : far).countConnection('192.0.2.1'),
    )
    for (const node of [near, far]) await node.start()
    deliver()
    const inside = (await Promise.all(counts)).filter(
      (count) => count <= limits.connectionsPerMinute,
    )
    expect(inside.length).toBeGreaterThanOrEqual(190)
    expect(inside.length).toBeLessThanOrEqual(220)
  })

  it('sink when viewers leave', async () => {
    const { near, far } = await start()
    for (let count = 0; count < 60; count++) near.addViewer('192.0.2.1')
    expect(far.viewersOf('192.0.2.1')).toBe(60)
    for (let count = 0; count < 60; count++) near.removeViewer('192.0.2.1')
    expect(far.viewersOf('192.0.2.1')).toBeLessThan(5)
  })

  it('end when a node stops, or has been silent for three intervals', async () => {
    const { near, far, wait } = await start()
    for (let count = 0; count < 60; count++) near.addViewer('192.0.2.1')
    near.stop()
    expect(far.viewersOf('192.0.2.1')).toBe(0)
    await near.start()
    await expect.poll(() => far.viewersOf('192.0.2.1')).toBe(60)
    wait(INTERVAL * 4)
    await expect.poll(() => far.viewersOf('192.0.2.1')).toBe(60)
  })

  it('ignore messages that are malformed', async () => {
    const { hub, far } = await start()
    for (const notice of [
      null,
      { type: 'addresses' },
      { type: 'addresses', isAll: true, turn: 1, counts: [[1]] },
    ])
      hub.notify('*addresses', 'other', notice as never)
    hub.notify('*addresses', 'other', {
      type: 'addresses',
      isAll: true,
      turn: 1,
      counts: [['192.0.2.1', 7, 0]],
    })
    expect(far.viewersOf('192.0.2.1')).toBe(7)
  })
})
