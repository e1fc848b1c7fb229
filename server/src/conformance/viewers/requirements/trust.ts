import { deflateRawSync } from 'node:zlib'
import { hashOf, type Payload } from '@vue-sync/vue/protocol'
import {
  expectEqual,
  expectThat,
  eventually,
  NotApplicable,
  pause,
} from '../../core/expectations.ts'
import type { ScriptedConnection } from '../../programs/scripted-relay.ts'
import {
  change,
  INITIAL,
  next,
  ORIGIN,
  status,
  type ViewerRequirement,
  type ViewerStage,
  whole,
} from '../viewer-stage.ts'

const SETTLE_MS = 600
const hash = (state: Payload): number => hashOf(state, new WeakMap())

/** Resolves when the last line says so. @throws NotApplicable if the viewer never says whether its state is current */
async function expectCurrent(
  { last, patience }: ViewerStage,
  wanted: boolean,
  after: string,
): Promise<void> {
  if (last()?.current === undefined)
    throw new NotApplicable('the viewer prints no "current", so it calls no state current')
  await eventually(() => last()?.current === wanted, {
    expected: `the viewer prints "current": ${wanted} after ${after}`,
    seen: () => last(),
    patience,
  })
}

const HOSTILE: readonly (string | Uint8Array)[] = [
  'not JSON',
  '',
  '[]',
  'null',
  '7',
  '"session_update"',
  '{}',
  '{"type":7}',
  '{"type":"session_update"}',
  '{"type":"session_update","epoch":"h","seq":1,"payload":[]}',
  '{"type":"session_update","epoch":"h","seq":1,"payload":{"s":null}}',
  '{"type":"session_update","epoch":"h","seq":-1,"payload":{"s":{}}}',
  '{"type":"session_update","epoch":7,"seq":1,"payload":{"s":{}}}',
  '{"type":"session_update","epoch":"h","seq":1,"payload":{"s":{"a":1e999}}}',
  '{"type":"status","payload":null}',
  '{"type":"status"}',
  `{"type":"later","payload":${'['.repeat(5000)}${']'.repeat(5000)}}`,
  new Uint8Array([0xff, 0xfe, 0, 10, 1]),
  new TextEncoder().encode('{"type":"session_update","epoch":"h","seq":1}\nnot JSON'),
  new TextEncoder().encode('{"type":"part","id":1,"at":5,"total":9}\nabcd'),
]

function sendValid(connection: ScriptedConnection): void {
  connection.send(whole(ORIGIN, INITIAL))
  connection.send(change(next(ORIGIN), { board: { title: 'After' } }))
}

export const TRUST: readonly ViewerRequirement[] = [
  {
    id: 'calls-only-current-state-current',
    rule: 'V7',
    section: 'Viewers',
    title: 'calls its state current only with a host that is online and not behind',
    async check(stage) {
      const { synced } = stage
      const connection = await synced()
      await expectCurrent(stage, true, 'a status with its position and "host": "online"')
      connection.send(status(ORIGIN, { behind: true }))
      await expectCurrent(stage, false, 'a status with "behind": true')
      connection.send(status(ORIGIN))
      await expectCurrent(stage, true, 'a status without "behind"')
      connection.send(status(ORIGIN, { host: 'offline' }))
      await expectCurrent(stage, false, 'a status with "host": "offline"')
      connection.send(status(ORIGIN))
      await expectCurrent(stage, true, 'a status with "host": "online"')
      connection.cut()
      await expectCurrent(stage, false, 'a lost connection')
    },
  },
  {
    id: 'needs-a-position-to-be-current',
    rule: 'V7',
    section: 'Viewers',
    title: 'does not call its state current because of a status without position',
    async check(stage) {
      const { synced, reconnects, last } = stage
      const connection = await synced()
      await expectCurrent(stage, true, 'a status with its position')
      connection.cut()
      const again = await reconnects(1, ORIGIN, 'a lost connection')
      again.send(status())
      await pause(SETTLE_MS)
      expectEqual(last()?.current, false, '"current" after a status without position')
      again.send(status(ORIGIN))
      await expectCurrent(stage, true, 'a status with its position')
    },
  },
  {
    id: 'compares-hashes',
    rule: 'V8',
    section: 'Viewers',
    title: 'reconnects without a position if the hash of the host differs, once for each position',
    level: 'should',
    async check({ synced, reconnects, stays, shows }) {
      const connection = await synced()
      connection.send(status(ORIGIN, { hash: hash(INITIAL) }))
      await stays(connection, 'a status with the right hash')
      connection.send(status(ORIGIN, { hash: (hash(INITIAL) + 1) % 2 ** 32 }))
      const again = await reconnects(1, undefined, 'a status with another hash')
      again.send(whole(ORIGIN, INITIAL))
      again.send(status(ORIGIN, { hash: (hash(INITIAL) + 1) % 2 ** 32 }))
      await shows(INITIAL, 'the whole state')
      await stays(again, 'the same hash again')
    },
  },
  {
    id: 'computes-hashes',
    section: 'Data',
    title: 'computes the hash of its state as the protocol defines it',
    async check({ synced, shows, last }) {
      const state: Payload = {
        '': { list: [1, [], {}], n: 2.5 },
        toString: {
          a: null,
          b: true,
          c: 'é\u2028\u007f\u001f\n"\\/',
          d: 1e21,
          e: 1e-7,
          f: '\ud83d',
        },
      }
      await synced(state)
      await shows(state, 'a session_update')
      const shown = last()!.hash
      if (shown === undefined) throw new NotApplicable('the viewer prints no "hash"')
      expectEqual(shown, hash(state), 'the hash')
    },
  },
  {
    id: 'expects-hostile-messages',
    rule: 'V9',
    section: 'Viewers',
    title: 'survives text that is not JSON and messages of any shape, and shows none of it',
    async check({ synced, shows, shown, relay, program }) {
      const first = await synced()
      for (const message of HOSTILE) first.send(message)
      await pause(SETTLE_MS)
      expectThat(!program.hasEnded, 'the viewer still runs', program.errors || 'it has ended')
      // A viewer may reconnect, because a state of another shape is one that it cannot apply.
      relay.onConnection = sendValid
      const last = relay.connections.at(-1)!
      if (last.isOpen) sendValid(last)
      await shows({ board: { ...INITIAL['board'], title: 'After' } }, 'the next valid messages')
      expectThat(
        shown().every(({ state }) => 'board' in state),
        'only valid states are shown',
        shown().map(({ state }) => state),
      )
    },
  },
  {
    id: 'sends-nothing',
    rule: 'V10',
    section: 'Viewers',
    title: 'sends nothing but receipts of parts',
    level: 'should',
    async check({ synced, shows, relay }) {
      const connection = await synced()
      connection.send(change(next(ORIGIN), { board: { title: 'Next' } }))
      await shows({ board: { ...INITIAL['board'], title: 'Next' } }, 'a change')
      await pause(SETTLE_MS)
      const sent = relay.connections
        .flatMap(({ received }) => received)
        .filter((message) => !String(message).includes('"received"'))
      expectEqual(sent.map(String), [], 'what the viewer sent')
    },
  },
  {
    id: 'stops-at-an-unknown-codec',
    rule: 'V11',
    section: 'Viewers',
    title:
      'stops at a frame with a codec that it does not have, shows none of it, and dials no more',
    async check({ synced, shown, relay, patience }) {
      const connection = await synced()
      connection.send(
        Buffer.from(
          `{"type":"session_update","epoch":"e-1","seq":5,"codec":"kit-unknown"}\n{"payload":{"board":{"title":"wrong"}}}`,
        ),
      )
      await eventually(() => !connection.isOpen, {
        expected: 'the viewer closes the connection',
        seen: () => `the connection is open; it shows ${JSON.stringify(shown().at(-1))}`,
        patience,
      })
      await pause(patience)
      expectEqual(relay.connections.length, 1, 'the number of connections')
      expectThat(!JSON.stringify(shown()).includes('wrong'), 'the frame is not shown', shown())
    },
  },
  {
    id: 'reads-rich-values-or-stops',
    rule: 'V11',
    section: 'Rich values',
    title: 'reads a frame of the form json+rich as such, or stops at it',
    async check({ synced, shown, relay, patience }) {
      const connection = await synced()
      const header = '{"type":"session_update","epoch":"e-1","seq":5,"codec":"json+rich"}'
      // A malformed reserved form, so a viewer with rich values cannot apply it.
      connection.send(Buffer.from(`${header}\n{"payload":{"board":{"title":"^unknown"}}}`))
      await eventually(() => !connection.isOpen, {
        expected: 'the viewer stops, or reconnects because the value is malformed',
        seen: () => shown().at(-1) ?? 'nothing shown',
        patience,
      })
      expectThat(!JSON.stringify(shown()).includes('^unknown'), 'the value is not shown', shown())
      expectThat(relay.connections.length > 0, 'it had connected', 0)
    },
  },
  {
    id: 'reads-binary-frames',
    section: 'Binary frames',
    title: 'reads binary frames of JSON, also compressed with deflate-raw',
    async check({ synced, shows, relay, program }) {
      const connection = await synced()
      const head = { type: 'config_update', ...next(ORIGIN) }
      const body = Buffer.from('{"payload":{"board":{"title":"né"}}}')
      connection.send(Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]))
      await shows({ board: { ...INITIAL['board'], title: 'né' } }, 'a binary frame')
      const compressed = { type: 'config_update', ...next(ORIGIN, 2), compress: 'deflate-raw' }
      connection.send(
        Buffer.concat([
          Buffer.from(`${JSON.stringify(compressed)}\n`),
          deflateRawSync(Buffer.from('{"payload":{"board":{"title":"small"}}}')),
        ]),
      )
      await pause(SETTLE_MS)
      if (!connection.isOpen && relay.connections.length === 1)
        throw new NotApplicable(`the viewer stops at compressed frames. ${program.errors}`.trim())
      await shows({ board: { ...INITIAL['board'], title: 'small' } }, 'a compressed frame')
    },
  },
]
