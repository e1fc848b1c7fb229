import { eventually, expectEqual, expectThat, pause, within } from '../../core/expectations.ts'
import { change, INITIAL, next, ORIGIN, status, type ViewerRequirement } from '../viewer-stage.ts'

/** The first wait after a lost connection is 2 s, shortened by up to 30 %. */
const SHORTEST_WAIT_MS = 1400
/** A busy computer measures inexactly. */
const TOLERANCE_MS = 100
const LONGEST_WAIT_MS = 2000
/** Waits grow up to this. */
const LONGEST_FURTHER_WAIT_MS = 15_000
const SILENCE_MS = 35_000

const closes = (code: number, again: boolean): ViewerRequirement => ({
  id: `${again ? 'returns' : 'stops'}-after-${code}`,
  section: 'Closing',
  title: `${again ? 'connects again, with its position,' : 'does not connect again'} after the close code ${code}`,
  // A viewer that should not come back is watched for longer than the wait before the first dial.
  ...(!again && { duration: 2 * LONGEST_WAIT_MS }),
  async check({ synced, reconnects, relay }) {
    const connection = await synced()
    connection.close(code)
    if (again) return void (await reconnects(1, ORIGIN, `the close code ${code}`))
    await pause(2 * LONGEST_WAIT_MS)
    expectEqual(relay.connections.length, 1, 'the number of connections')
  },
})

export const RECONNECTING: readonly ViewerRequirement[] = [
  {
    id: 'returns-after-a-lost-connection',
    section: 'Reconnecting',
    title:
      'waits about 2 s after a lost connection, connects with its position, and keeps its state',
    async check({ synced, reconnects, shows, last }) {
      const connection = await synced()
      const lostAt = Date.now()
      connection.cut()
      const again = await reconnects(1, ORIGIN, 'a lost connection')
      const waited = again.openedAt - lostAt
      expectThat(
        waited >= SHORTEST_WAIT_MS - TOLERANCE_MS,
        `the viewer waits at least ${SHORTEST_WAIT_MS} ms before it dials`,
        `${waited} ms`,
      )
      expectEqual(last()?.state, INITIAL, 'the state that it shows meanwhile')
      again.send(change(next(ORIGIN), { board: { title: 'Missed' } }))
      again.send(status(next(ORIGIN)))
      await shows({ board: { ...INITIAL['board'], title: 'Missed' } }, 'the change that it missed')
    },
  },
  ...[4000, 4001, 4010, 4029, 4099, 1000, 1001, 1011].map((code) => closes(code, true)),
  ...[4400, 4401, 4403, 4404, 4405, 4410, 4499].map((code) => closes(code, false)),
  {
    id: 'dials-at-a-bounded-rate',
    section: 'Reconnecting',
    title: 'waits after the second gap within 5 s, so that it does not dial again and again',
    duration: LONGEST_FURTHER_WAIT_MS,
    async check({ relay, synced, patience }) {
      relay.onConnection = (connection) => {
        if (relay.connections.length > 1) connection.send(status(next(ORIGIN, 5)))
      }
      const connection = await synced()
      connection.send(status(next(ORIGIN, 5)))
      // A viewer may wait longer than 2 s, because no gap helps it.
      await eventually(() => relay.connections.length > 2, {
        expected: 'the viewer connects again after two gaps',
        seen: () => `${relay.connections.length} connections`,
        patience: LONGEST_FURTHER_WAIT_MS + patience,
      })
      await pause(LONGEST_WAIT_MS)
      expectThat(
        relay.connections.length <= 6,
        'the viewer dials at most a few times in some seconds',
        `${relay.connections.length} connections`,
      )
      const [, second, third] = relay.connections
      const waited = third!.openedAt - second!.openedAt
      expectThat(
        waited >= SHORTEST_WAIT_MS - TOLERANCE_MS,
        `the viewer waits at least ${SHORTEST_WAIT_MS} ms after the second gap`,
        `${waited} ms`,
      )
    },
  },
  {
    id: 'waits-with-a-message-that-never-fits',
    rule: 'V5',
    section: 'Viewers',
    title: 'waits 5 s if it meets the same message again that it cannot apply',
    duration: 6000,
    async check({ relay, synced, reconnects, last, patience }) {
      const bad = change(next(ORIGIN), {}, [{ op: 'remove', path: '/board/nothing' }])
      relay.onConnection = (connection) => {
        if (relay.connections.length === 1) return
        connection.send({ type: 'session_update', ...ORIGIN, payload: INITIAL })
        connection.send(bad)
      }
      const connection = await synced()
      connection.send(bad)
      const second = await reconnects(1, undefined, 'a message that cannot be applied')
      await pause(Math.min(4000, patience))
      expectEqual(relay.connections.length, 2, 'the number of connections within 4 s')
      expectEqual(last()?.state, INITIAL, 'the state that it shows')
      expectThat(second.position === undefined, 'it asks for a whole state', second.target)
    },
  },
  {
    id: 'answers-pings',
    section: 'Reconnecting',
    title: 'answers pings',
    async check({ synced, patience }) {
      const { socket } = await synced()
      const pong = new Promise((resolve) => socket.once('pong', resolve))
      socket.ping('kit')
      await within(pong, { expected: 'a pong', seen: () => 'no pong', patience })
    },
  },
  {
    id: 'replaces-a-silent-connection',
    section: 'Reconnecting',
    title: 'replaces a connection without any message for 35 s, and not before 30 s',
    duration: SILENCE_MS + 10_000,
    async check({ synced, relay, patience }) {
      const connection = await synced()
      const start = Date.now()
      while (
        relay.connections.length < 2 &&
        Date.now() - start < SILENCE_MS + patience + LONGEST_WAIT_MS
      )
        await pause(50)
      expectThat(relay.connections.length > 1, 'the viewer connects again', 'one connection')
      const waited = relay.connections[1]!.openedAt - start
      // Two heartbeats must fit.
      expectThat(waited >= 30_000, 'the viewer waits for two heartbeats', `${waited} ms`)
      expectThat(!connection.isOpen, 'the silent connection is closed', 'it is open')
    },
  },
]
