import { eventually, expectEqual, expectThat, pause } from '../../core/expectations.ts'
import {
  expectWait,
  livesOn,
  LONGEST_WAIT_MS,
  stopsAfter,
} from '../../programs/client-requirements.ts'
import { change, INITIAL, next, ORIGIN, status, type ViewerRequirement } from '../viewer-stage.ts'

/** Waits grow up to this. */
const LONGEST_FURTHER_WAIT_MS = 15_000

const returnsAfter = (code: number): ViewerRequirement => ({
  id: `returns-after-${code}`,
  section: 'Closing',
  title: `connects again, with its position, after the close code ${code}`,
  async check({ synced, reconnects }) {
    const connection = await synced()
    connection.close(code)
    await reconnects(1, ORIGIN, `the close code ${code}`)
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
      expectWait(again, lostAt, 'viewer')
      expectEqual(last()?.state, INITIAL, 'the state that it shows meanwhile')
      again.send(change(next(ORIGIN), { board: { title: 'Missed' } }))
      again.send(status(next(ORIGIN)))
      await shows({ board: { ...INITIAL['board'], title: 'Missed' } }, 'the change that it missed')
    },
  },
  ...[4000, 4001, 4010, 4029, 4099, 1000, 1001, 1011].map(returnsAfter),
  ...[4400, 4401, 4403, 4404, 4405, 4410, 4499].map(stopsAfter),
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
      expectWait(third!, second!.openedAt, 'viewer', 'after the second gap')
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
  ...livesOn('viewer'),
]
