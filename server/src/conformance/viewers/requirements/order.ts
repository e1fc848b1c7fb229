import type { Json, Payload } from '@vue-sync/vue/protocol'
import { eventually, expectEqual, expectThat } from '../../core/expectations.ts'
import { offersRoleAndKey } from '../../programs/client-requirements.ts'
import {
  change,
  INITIAL,
  next,
  ORIGIN,
  status,
  type ViewerRequirement,
  whole,
} from '../viewer-stage.ts'

const OTHER = { epoch: 'e/2 ü', seq: 1 }
const scored = (score: Json): Payload => ({ board: { title: 'Final', score } })

export const CONNECTING: readonly ViewerRequirement[] = [
  offersRoleAndKey('viewer'),
  {
    id: 'shows-a-session-update',
    rule: 'V1',
    section: 'Viewers',
    title: 'shows the state of a session_update',
    check: async ({ synced }) => void (await synced()),
  },
]

export const ORDER: readonly ViewerRequirement[] = [
  {
    id: 'applies-the-next-change',
    rule: 'V1',
    section: 'Viewers',
    title: 'applies a config_update of the same epoch whose seq is one higher',
    async check({ synced, shows, stays }) {
      const connection = await synced()
      connection.send(change(next(ORIGIN), { board: { score: [2, 0] } }))
      await shows(scored([2, 0]), 'a config_update')
      connection.send(change(next(ORIGIN, 2), { board: { score: [2, 1] } }))
      await shows(scored([2, 1]), 'a second config_update')
      await stays(connection, 'two changes')
    },
  },
  {
    id: 'ignores-old-changes',
    rule: 'V1',
    section: 'Viewers',
    title: 'ignores a config_update whose position it holds or is past',
    async check({ synced, shows, shown, relay }) {
      const connection = await synced()
      connection.send(change(next(ORIGIN), { board: { score: [2, 0] } }))
      for (const seq of [5, 4, 0])
        connection.send(change({ ...ORIGIN, seq }, { board: { score: 'old' } }))
      connection.send(change(next(ORIGIN, 2), { board: { title: 'End' } }))
      await shows({ board: { title: 'End', score: [2, 0] } }, 'changes of before and the next one')
      expectThat(!JSON.stringify(shown()).includes('old'), 'no old change is shown', shown())
      expectEqual(relay.connections.length, 1, 'the number of connections')
    },
  },
  {
    id: 'ignores-changes-before-a-state',
    rule: 'V1',
    section: 'Viewers',
    title: 'ignores a config_update before it has a state',
    async check({ connected, shows, shown, relay }) {
      const connection = await connected()
      connection.send(change(ORIGIN, { board: { score: 'early' } }))
      connection.send(whole(ORIGIN, INITIAL))
      connection.send(status(ORIGIN))
      await shows(INITIAL, 'a config_update and then a session_update')
      expectThat(
        !JSON.stringify(shown()).includes('early'),
        'the early change is not shown',
        shown(),
      )
      expectEqual(relay.connections.length, 1, 'the number of connections')
    },
  },
  ...(
    [
      [
        'a-gap',
        'a config_update that skips a seq',
        change(next(ORIGIN, 2), { board: { score: 'x' } }),
      ],
      [
        'a-change-of-another-epoch',
        'a config_update of another epoch',
        change({ ...OTHER, seq: 5 }, { board: { score: 'x' } }),
      ],
      ['a-status-ahead', 'a status whose position is ahead', status(next(ORIGIN, 3))],
      ['a-status-of-another-epoch', 'a status of another epoch', status({ ...OTHER, seq: 2 })],
    ] as const
  ).map(([id, what, message]): ViewerRequirement => ({
    id: `reconnects-after-${id}`,
    rule: 'V1',
    section: 'Viewers',
    title: `reconnects with its position at once after ${what}, and keeps its state`,
    async check({ synced, reconnects, shows, last, shown }) {
      const connection = await synced()
      connection.send(message)
      const again = await reconnects(1, ORIGIN, what)
      expectEqual(last()?.state, INITIAL, 'the state that it shows meanwhile')
      again.send(change(next(ORIGIN), { board: { score: [9, 9] } }))
      again.send(status(next(ORIGIN)))
      await shows(scored([9, 9]), 'the missing change')
      expectThat(!JSON.stringify(shown()).includes('"x"'), 'the other change is not shown', shown())
    },
  })),
  {
    id: 'takes-a-new-epoch',
    rule: 'V1',
    section: 'Viewers',
    title: 'replaces everything by a session_update of another epoch, also with a lower seq',
    async check({ synced, shows, stays, reconnects, patience }) {
      const connection = await synced()
      connection.send(whole(OTHER, { clock: { time: 1 } }))
      await shows({ clock: { time: 1 } }, 'a session_update of another epoch')
      connection.send(change(next(OTHER), { clock: { time: 2 } }))
      await shows({ clock: { time: 2 } }, 'a change of the new epoch')
      connection.send(change(next(ORIGIN), { board: { score: 'old epoch' } }))
      const again = await reconnects(1, next(OTHER), 'a change of the old epoch')
      await shows({ clock: { time: 2 } }, 'a change of the old epoch')
      await eventually(() => !connection.isOpen, {
        expected: 'the viewer closes the connection before',
        seen: () => 'it is open',
        patience,
      })
      await stays(again, 'a reconnect')
    },
  },
  {
    id: 'ignores-the-unknown',
    rule: 'V1',
    section: 'Viewers',
    title: 'ignores unknown types and fields, and does not close because of them',
    async check({ synced, shows, relay }) {
      const connection = await synced()
      connection.send({ type: 'later', epoch: 'x', seq: 9, payload: { board: { score: 0 } } })
      connection.send({ type: 'status', payload: { later: true }, more: [1] })
      connection.send({ type: 'received', id: 1, bytes: 2 })
      connection.send({ more: 1, ...change(next(ORIGIN), { board: { score: [3, 3] } }), later: {} })
      await shows(scored([3, 3]), 'unknown messages and a change with unknown fields')
      expectEqual(relay.connections.length, 1, 'the number of connections')
    },
  },
  {
    id: 'ignores-statuses-without-position',
    rule: 'V1',
    section: 'Viewers',
    title: 'does not reconnect because of a status without position, or one behind it',
    async check({ synced, stays }) {
      const connection = await synced()
      connection.send(status())
      connection.send(status({ ...ORIGIN, seq: 2 }))
      await stays(connection, 'such statuses')
    },
  },
]
