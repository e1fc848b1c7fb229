import type { Payload } from '@vue-sync/vue/protocol'
import { eventually, expectEqual, expectThat, pause } from '../../core/expectations.ts'
import { offersRoleAndKey } from '../../programs/client-requirements.ts'
import { type HostRequirement, INITIAL } from '../host-stage.ts'

const LONG = 'x'.repeat(200)
const LATE_MS = 700
const QUIET_MS = 600
/** H9 permits about a second. */
const LONGEST_DELAY_MS = 1500

/** States one after the other: each shows one kind of change. */
const STEPS: readonly (readonly [what: string, state: Payload])[] = [
  ['a changed field', { board: { title: 'Half time', score: [1, 0] } }],
  ['a new field', { board: { title: 'Half time', score: [1, 0], note: null } }],
  ['a change inside a field', { board: { title: 'Half time', score: [1, 1], note: null } }],
  ['a removed field', { board: { title: 'Half time', score: [1, 1] } }],
  ['a new store', { board: { title: 'Half time', score: [1, 1] }, clock: { running: true } }],
  ['a removed store', { board: { title: 'Half time', score: [1, 1] } }],
  ['an empty state', {}],
  ['a store without fields', { board: {} }],
  [
    'long lists and objects',
    { board: { rows: Array.from({ length: 20 }, (_, id) => ({ id, name: `${id} ${LONG}` })) } },
  ],
  [
    'an element that is removed from a list',
    {
      board: {
        rows: Array.from({ length: 20 }, (_, id) => ({ id, name: `${id} ${LONG}` })).filter(
          ({ id }) => id !== 7,
        ),
      },
    },
  ],
  [
    'odd keys',
    { 'a/b~c': { '': 1, toString: { length: [LONG, 1] }, '~1': { '/': { '~0': 2 } } }, '': {} },
  ],
  [
    'changes below odd keys',
    { 'a/b~c': { '': 1, toString: { length: [LONG, 2] }, '~1': { '/': { '~0': 3 } } }, '': {} },
  ],
  [
    'numbers and texts',
    { n: { a: [1e21, 1e-7, -1.5, 5e-324, 2 ** 53], t: 'é😀\u2028\ud83d"\\\n' } },
  ],
]

const scored = (score: number): Payload => ({ board: { title: 'Final', score: [score, 0] } })

export const PUBLISHING: readonly HostRequirement[] = [
  offersRoleAndKey('host'),
  {
    id: 'waits-for-the-first-status',
    rule: 'H1',
    section: 'Hosts',
    title: 'sends nothing before the first status, and then the state that the relay asks for',
    async check(stage) {
      stage.delay = LATE_MS
      const { give, publishes, reader } = stage
      give(INITIAL)
      await publishes(INITIAL, 'a late first status that asks for a session_update')
      expectEqual(reader.messages[0]?.type, 'session_update', 'the first state message')
    },
  },
  {
    id: 'takes-a-new-epoch',
    rule: 'H2',
    section: 'Hosts',
    title: 'uses another epoch each time it starts',
    async check({ synced, reader, startAgain }) {
      await synced()
      const second = await startAgain()
      await second.synced()
      const [one, other] = [reader.position!.epoch, second.reader.position!.epoch]
      expectThat(one !== other, 'two starts have different epochs', one)
    },
  },
  {
    id: 'publishes-every-kind-of-change',
    rule: 'H7',
    section: 'Hosts',
    title: 'publishes changed, new and removed fields and stores, with a seq that rises by 1',
    async check({ synced, give, publishes, reader }) {
      await synced()
      for (const [what, state] of STEPS) {
        const before = reader.position!.seq
        give(state)
        await publishes(state, what)
        expectThat(
          reader.position!.seq > before,
          `seq rises with ${what}`,
          `${before}, then ${reader.position!.seq}`,
        )
      }
    },
  },
  {
    id: 'sends-no-state-without-a-change',
    rule: 'H2',
    section: 'Hosts',
    title: 'gives each state one position: it sends nothing more while nothing changes',
    async check({ synced, give, publishes, reader }) {
      await synced()
      const sent = reader.messages.length
      give(INITIAL)
      await pause(QUIET_MS)
      expectEqual(reader.messages.length, sent, 'the number of state messages')
      give({ board: { title: 'End', score: [1, 0] } })
      await publishes({ board: { title: 'End', score: [1, 0] } }, 'a change')
    },
  },
  {
    id: 'answers-each-want',
    rule: 'H5',
    section: 'Hosts',
    title: 'answers want with a session_update of the same seq if nothing has changed',
    async check({ synced, tell, reader, patience, expectNoProblems, give, publishes }) {
      const connection = await synced()
      for (let times = 1; times <= 2; times++) {
        const sent = reader.messages.length
        const { seq } = reader.position!
        tell(connection, { want: 'session_update' })
        await eventually(() => reader.messages.length > sent, {
          expected: 'the host answers want',
          seen: () => 'no message',
          patience,
        })
        const { type, seq: answered } = reader.messages.at(-1)!
        expectEqual(type, 'session_update', 'the answer')
        expectEqual(answered, seq, 'the seq of the answer')
        expectNoProblems()
      }
      give({ board: { title: 'Next', score: [1, 0] } })
      await publishes({ board: { title: 'Next', score: [1, 0] } }, 'a change')
    },
  },
  {
    id: 'adds-stores-by-a-whole-state',
    rule: 'H7',
    section: 'Hosts',
    title: 'sends a session_update for a new or removed store',
    level: 'should',
    async check({ synced, give, publishes, reader }) {
      await synced()
      for (const state of [{ ...INITIAL, clock: { running: true } }, INITIAL]) {
        give(state)
        await publishes(state, 'a new or removed store')
        expectEqual(reader.messages.at(-1)!.type, 'session_update', 'the message')
      }
    },
  },
  {
    id: 'sends-short-changes',
    rule: 'H8',
    section: 'Hosts',
    title: 'sends a patch where that is shorter than the field, and no patch where it is not',
    level: 'should',
    async check({ synced, give, publishes, reader }) {
      const state = (name: string, title: string): Payload => ({
        board: {
          title,
          rows: Array.from({ length: 100 }, (_, id) => ({ id, name: id === 50 ? name : LONG })),
        },
      })
      await synced(state(LONG, 'a'))
      give(state('Ada', 'a'))
      await publishes(state('Ada', 'a'), 'a change in a long list')
      const patched = reader.messages.at(-1)!
      expectThat(patched.bytes < 1000, 'the message is shorter than the field', patched)
      give(state('Ada', 'b'))
      await publishes(state('Ada', 'b'), 'a change of a short field')
      const { type, hasPatch } = reader.messages.at(-1)!
      expectEqual({ type, hasPatch }, { type: 'config_update', hasPatch: false }, 'the message')
      expectEqual(reader.advice, [], 'what it should do otherwise')
    },
  },
  {
    id: 'collects-changes',
    rule: 'H9',
    section: 'Hosts',
    title: 'collects changes for a moment, and delays none by more than about 1 s',
    level: 'should',
    async check({ synced, give, publishes, reader }) {
      await synced()
      const before = reader.messages.length
      const start = Date.now()
      for (let score = 2; score <= 31; score++) give(scored(score))
      await publishes(scored(31), '30 changes at once')
      const took = Date.now() - start
      expectThat(took <= LONGEST_DELAY_MS, `the last change arrives within about 1 s`, `${took} ms`)
      const sent = reader.messages.length - before
      expectThat(
        sent < 15,
        '30 changes at once are collected into a few messages',
        `${sent} messages`,
      )
    },
  },
]
