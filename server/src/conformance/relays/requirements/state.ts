import { expectEqual, expectThat } from '../../core/expectations.ts'
import { at, config, isStatus, session, stateAt, wants } from '../messages.ts'
import type { RelayRequirement } from './relay-requirement.ts'

/** Sizes at which the header of a WebSocket frame, or the way to send it, changes. */
const FRAME_SIZES = [125, 126, 65_535, 65_536, 300_000]

const forwardsBytes = (length: number): RelayRequirement => ({
  id: `forwards-${length}-bytes`,
  rule: 'R1',
  section: 'Relays',
  title: `forwards exactly the ${length} bytes that the host sent, as text and binary`,
  async check({ host, viewer }) {
    const publisher = await host()
    const early = await viewer()
    const room = length - JSON.stringify(session('e', 1, { t: '' })).length
    // Two bytes per letter, and one more for an odd length.
    const letters = 'é'.repeat(room >> 1) + 'x'.repeat(room % 2)
    const text = JSON.stringify(session('e', 1, { t: letters }))
    publisher.send(text)
    const header = Buffer.from('{"type":"config_update","epoch":"e","seq":2}\n')
    const bytes = Buffer.concat([header, Buffer.alloc(length - header.length, 0xfe)])
    publisher.sendBytes(bytes)
    await early.when(
      () => early.binaries.length > 0,
      'a connected viewer receives the binary frame',
    )
    expectThat(
      early.binaries.length === 1 && bytes.equals(early.binaries[0]!),
      'a connected viewer receives the bytes of the binary frame',
      'other bytes',
    )
    await early.until(at(1), 'a connected viewer receives the text frame')
    expectThat(
      early.frames.includes(text),
      'a connected viewer receives the text frame unchanged',
      early.frames,
    )
    const late = await viewer()
    await late.when(() => late.binaries.length > 0, 'a new viewer receives the binary frame')
    expectThat(
      late.binaries.length === 1 && bytes.equals(late.binaries[0]!),
      'a new viewer receives the bytes of the binary frame',
      'other bytes',
    )
    expectEqual(late.frames[0], text, 'the first message of a new viewer')
  },
})

export const STATE: readonly RelayRequirement[] = [
  {
    id: 'serves-late-viewers',
    rule: 'R2',
    section: 'Relays',
    title: 'serves new viewers at once, without asking the host, also while it is away',
    async check({ host, viewer, settled, crowd }) {
      const publisher = await host()
      publisher.send(session('e', 1, { a: 1 }))
      publisher.send(config('e', 2, { a: 2 }))
      await settled(2)
      const asked = publisher.of('status').filter(wants).length
      const late = await Promise.all(Array.from({ length: crowd }, () => viewer()))
      for (const client of late) {
        await client.until(
          (message) => isStatus(message) && message.seq === 2,
          'a new viewer gets a status with the position of the state',
        )
        expectEqual(
          client.frames.slice(0, 2),
          [JSON.stringify(session('e', 1, { a: 1 })), JSON.stringify(config('e', 2, { a: 2 }))],
          'what a new viewer receives first',
        )
      }
      await publisher.until(
        ({ payload }) => payload['clientCount'] === crowd,
        `a status of the host has "clientCount": ${crowd}`,
      )
      expectEqual(
        publisher.of('status').filter(wants).length,
        asked,
        'the number of requests for a session_update',
      )
      await publisher.close()
      for (const client of late)
        await client.until(
          ({ payload }) => payload['host'] === 'offline',
          'viewers get a status with "host": "offline" after the host has left',
        )
      const later = await viewer()
      await later.until(
        ({ payload }) => payload['host'] === 'offline',
        'a viewer that comes later gets a status with "host": "offline"',
      )
      expectEqual(
        later.frames[0],
        JSON.stringify(session('e', 1, { a: 1 })),
        'the first message of a viewer without a host',
      )
    },
  },
  ...FRAME_SIZES.map(forwardsBytes),
  {
    id: 'separates-sessions',
    section: 'Connecting',
    title: 'keeps sessions apart, and closes a connection to a path without a session with 4404',
    async check({ host, viewer, client, name, url, urls, viewerKey }) {
      const [one, other] = [await host(), await host({}, `${name}.b`)]
      one.send(session('e1', 1, { a: 1 }))
      other.send(session('e2', 1, { a: 2 }))
      const watcher = await viewer({}, `${name}.b`)
      await watcher.until(({ epoch }) => epoch !== undefined, 'a viewer receives a state')
      expectEqual(
        watcher.of('session_update'),
        [session('e2', 1, { a: 2 })],
        'the state of the other session',
      )
      expectThat(url().endsWith(`/s/${name}`), 'the session has a path', url())
      const lost = await client(`${urls[0]}/other`, 'viewer', { key: viewerKey })
      const { code } = await lost.untilClosed('the relay closes a viewer without a session')
      expectEqual(code, 4404, 'the close code')
    },
  },
  {
    id: 'snapshot-of-known-state-is-silent',
    rule: 'R5',
    section: 'Relays',
    title: 'does not send a session_update to viewers that already have its state',
    async check({ published, viewer }) {
      const publisher = await published()
      const current = await viewer({ position: { epoch: 'e', seq: 9 } })
      await current.until(isStatus, 'a viewer gets a status')
      publisher.send(session('e', 9, { a: 9, big: 'x'.repeat(500) }))
      publisher.send(config('e', 10, { a: 10 }))
      await current.until(stateAt(10), 'a viewer receives the next change')
      expectEqual(
        current.types().filter((type) => type !== 'status'),
        ['config_update'],
        'the state messages that the viewer received',
      )
    },
  },
  {
    id: 'other-snapshot-replaces',
    rule: 'R5',
    section: 'Relays',
    title: 'sends every viewer a session_update of another epoch or of a later position',
    async check({ published, viewer, settled }) {
      const publisher = await published()
      const current = await viewer({ position: { epoch: 'e', seq: 9 } })
      await current.until(isStatus, 'a viewer gets a status')
      publisher.send(session('e', 12, { a: 12 }))
      await current.until(stateAt(12), 'a viewer receives a session_update of a later position')
      publisher.send(session('f', 0, { a: 0 }))
      await current.until(
        ({ type, epoch }) => type === 'session_update' && epoch === 'f',
        'a viewer receives a session_update of another epoch',
      )
      // The node of the next viewer may hear of it a moment later.
      await settled(0)
      const late = await viewer()
      await late.until(isStatus, 'a new viewer gets a status')
      expectEqual(late.of('session_update'), [session('f', 0, { a: 0 })], 'what a new viewer gets')
      expectEqual(late.of('config_update'), [], 'the changes of the epoch before')
    },
  },
]
