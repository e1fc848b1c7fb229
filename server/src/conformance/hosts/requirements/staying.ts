import type { Payload } from '@vue-sync/vue/protocol'
import {
  eventually,
  expectEqual,
  expectThat,
  NotApplicable,
  pause,
} from '../../core/expectations.ts'
import { expectWait, livesOn, stopsAfter } from '../../programs/client-requirements.ts'
import type { HostRequirement } from '../host-stage.ts'

const QUIET_MS = 800
const titled = (title: string): Payload => ({ board: { title, score: [1, 0] } })

const filled = (n: number, characters: number): Payload => ({
  board: { n, fill: String.fromCodePoint(97 + n).repeat(characters) },
})

const returnsAfter = (code: number): HostRequirement => ({
  id: `returns-after-${code}`,
  section: 'Closing',
  title: `connects again after the close code ${code}`,
  async check({ synced, connected }) {
    const connection = await synced()
    connection.close(code)
    await connected(1)
  },
})

export const STAYING: readonly HostRequirement[] = [
  {
    id: 'resumes-without-sending-again',
    rule: 'H1',
    section: 'Hosts',
    title:
      'announces its position when it comes back, and sends only what follows if the relay holds it',
    async check({ synced, connected, reader, give, publishes }) {
      const connection = await synced()
      const held = reader.position
      const lostAt = Date.now()
      connection.cut()
      const again = await connected(1)
      expectEqual(again.position, held, 'the position in the query')
      expectWait(again, lostAt, 'host')
      const sent = reader.messages.length
      await pause(QUIET_MS)
      expectEqual(reader.messages.length, sent, 'the number of state messages')
      give(titled('After'))
      await publishes(titled('After'), 'a change')
    },
  },
  {
    id: 'publishes-what-changed-meanwhile',
    rule: 'H1',
    section: 'Hosts',
    title: 'brings the relay to the present state after changes without a connection',
    async check({ synced, give, publishes, connected }) {
      const connection = await synced()
      connection.cut()
      give(titled('Offline 1'))
      give(titled('Offline 2'))
      await connected(1)
      await publishes(titled('Offline 2'), 'changes while there was no connection')
      give(titled('After'))
      await publishes(titled('After'), 'a change')
    },
  },
  {
    id: 'repairs-a-lost-message',
    rule: 'H6',
    section: 'Hosts',
    title: 'sends a session_update if its last messages never reached the relay',
    async check({ synced, give, connected, publishes, relay, reader, patience }) {
      const connection = await synced()
      // Read by nobody: the relay has lost it.
      connection.socket.removeAllListeners('message')
      let hasArrived = false
      connection.socket.once('message', () => (hasArrived = true))
      give(titled('Lost'))
      await eventually(() => hasArrived, {
        expected: 'the host sends the change',
        seen: () => 'nothing',
        patience,
      })
      connection.cut()
      await connected(1)
      await publishes(titled('Lost'), 'a relay that asks because it lacks a message')
      expectEqual(reader.messages.at(-1)!.type, 'session_update', 'the answer')
      expectEqual(relay.connections.length, 2, 'the number of connections')
    },
  },
  {
    id: 'catches-up-after-a-slow-relay',
    rule: 'H9',
    section: 'Hosts',
    title: 'ends at the present state after a relay that read nothing for some seconds',
    duration: 3000,
    async check({ synced, give, publishes }) {
      const connection = await synced()
      connection.socket.pause()
      for (let n = 0; n < 25; n++) {
        give(filled(n, 400_000))
        await pause(100)
      }
      connection.socket.resume()
      await publishes(filled(24, 400_000), 'a slow relay')
    },
  },
  {
    id: 'says-when-it-is-behind',
    rule: 'H9',
    section: 'Hosts',
    title:
      'says "behind" while a slow relay delays changes by more than 1 s, and then takes it back',
    level: 'should',
    duration: 5000,
    async check({ synced, give, publishes, reader, patience }) {
      const connection = await synced()
      connection.socket.pause()
      for (let n = 0; n < 20; n++) {
        give(filled(n, 1_000_000))
        await pause(200)
      }
      connection.socket.resume()
      await publishes(filled(19, 1_000_000), 'a slow relay')
      await eventually(
        () => {
          const said = reader.statuses.filter((payload) => 'behind' in payload)
          return (
            said.some((payload) => payload['behind'] === true) && said.at(-1)!['behind'] === false
          )
        },
        {
          expected: 'the host sends "behind": true and at the end "behind": false',
          seen: () => reader.statuses.filter((payload) => 'behind' in payload),
          patience,
        },
      )
    },
  },
  {
    id: 'sends-hashes',
    rule: 'H10',
    section: 'Hosts',
    title: 'sends the hash of its state when nothing has changed between two statuses, once',
    level: 'should',
    async check({ synced, tell, reader, patience, expectNoProblems }) {
      const connection = await synced()
      const hashes = () => reader.statuses.filter((payload) => 'hash' in payload).length
      tell(connection)
      await pause(QUIET_MS / 4)
      tell(connection)
      await eventually(() => hashes() > 0, {
        expected: 'the host sends a hash',
        seen: () => reader.statuses,
        patience,
      })
      for (let times = 0; times < 3; times++) tell(connection)
      await pause(QUIET_MS)
      expectEqual(hashes(), 1, 'the number of hashes of one position')
      expectNoProblems()
    },
  },
  {
    id: 'sends-right-hashes',
    rule: 'H10',
    section: 'Hosts',
    title: 'sends no other hash than that of its state at the position of the status',
    async check({ synced, tell, reader, expectNoProblems }) {
      const connection = await synced()
      tell(connection)
      await pause(QUIET_MS)
      tell(connection)
      await pause(QUIET_MS)
      expectNoProblems()
      if (!reader.statuses.some((payload) => 'hash' in payload))
        throw new NotApplicable('the host sends no hash')
    },
  },
  {
    id: 'does-not-repeat-mistakes',
    rule: 'H11',
    section: 'Hosts',
    title: 'does not answer an error by sending the same again',
    async check({ synced, tell, reader, give, publishes }) {
      const connection = await synced()
      const sent = reader.messages.length
      for (const code of ['bad_payload', 'too_large', 'later_code'])
        tell(connection, {
          error: { code, reason: 'A test of the kit', seq: reader.position!.seq },
        })
      await pause(QUIET_MS)
      expectEqual(reader.messages.length, sent, 'the number of state messages')
      give(titled('After'))
      await publishes(titled('After'), 'a change')
    },
  },
  {
    id: 'sends-its-name',
    rule: 'H12',
    section: 'Hosts',
    title: 'sends its name, or null, once after each connect',
    level: 'should',
    async check({ synced, reader, connected, patience }) {
      const names = () => reader.statuses.filter((payload) => 'name' in payload).length
      const waitFor = (count: number) =>
        eventually(() => names() >= count, {
          expected: `the host has sent its name after ${count} connects`,
          seen: () => reader.statuses,
          patience,
        })
      const connection = await synced()
      await waitFor(1)
      connection.cut()
      await connected(1)
      await waitFor(2)
      await pause(QUIET_MS)
      expectEqual(names(), 2, 'the number of names in two connections')
    },
  },
  {
    id: 'ignores-the-unknown',
    section: 'Messages',
    title: 'ignores unknown types and fields, and text that is no message',
    async check({ synced, tell, give, publishes, relay, program }) {
      const connection = await synced()
      for (const text of ['{"type":"later","payload":{}}', '{"type":"status"}', '[]', 'no JSON'])
        connection.send(text)
      tell(connection, { later: { a: 1 }, want: 'something_later' })
      await pause(QUIET_MS)
      expectThat(!program.hasEnded, 'the host still runs', program.errors || 'it has ended')
      give(titled('After'))
      await publishes(titled('After'), 'unknown messages and a change')
      expectEqual(relay.connections.length, 1, 'the number of connections')
    },
  },
  ...[4000, 4001, 4010, 4029, 1000, 1011].map(returnsAfter),
  ...[4400, 4401, 4404, 4405, 4410, 4499].map(stopsAfter),
  { ...stopsAfter(4409), rule: 'H13' },
  ...livesOn('host'),
]
