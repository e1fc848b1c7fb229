import { expectEqual, expectThat, pause, within } from '../core/expectations.ts'
import type { Requirement } from '../core/requirement.ts'
import { SCRIPTED, type ScriptedConnection, type ScriptedRelay } from './scripted-relay.ts'

/** The part of a stage that the requirements of both hosts and viewers need. */
export interface ClientStage {
  relay: ScriptedRelay
  patience: number
  connected: () => Promise<ScriptedConnection>
  synced: () => Promise<ScriptedConnection>
}

export type ClientRequirement = Requirement<ClientStage>
export type ClientRole = 'host' | 'viewer'

/** The first wait after a lost connection is 2 s, shortened by up to 30 %. */
const SHORTEST_WAIT_MS = 1400
/** A busy computer measures inexactly. */
const TOLERANCE_MS = 100
export const LONGEST_WAIT_MS = 2000
const SILENCE_MS = 35_000

/** @throws Unmet if a program dialled sooner after `since` than the protocol permits */
export function expectWait(
  { openedAt }: ScriptedConnection,
  since: number,
  role: ClientRole,
  when = 'before it dials',
): void {
  const waited = openedAt - since
  expectThat(
    waited >= SHORTEST_WAIT_MS - TOLERANCE_MS,
    `the ${role} waits at least ${SHORTEST_WAIT_MS} ms ${when}`,
    `${waited} ms`,
  )
}

export const offersRoleAndKey = (role: ClientRole): ClientRequirement => ({
  id: 'offers-role-and-key',
  section: 'Connecting',
  title: 'connects to the session of the link, offers role and key, and announces no position',
  async check({ connected }) {
    const { offered, offer, target, query } = await connected()
    expectEqual(target.split('?')[0], `/s/${SCRIPTED.session}`, 'the path')
    expectEqual(offered.split(',')[0]?.trim(), `vue-sync.${role}.v1`, 'the first subprotocol')
    expectEqual(offer.key, SCRIPTED.key, 'the key in the second subprotocol')
    expectThat(!query.has('epoch') && !query.has('seq'), 'the query has no position', target)
    expectThat(!query.has('token'), 'the address has no key', target)
  },
})

export const stopsAfter = (code: number): ClientRequirement => ({
  id: `stops-after-${code}`,
  section: 'Closing',
  title: `does not connect again after the close code ${code}`,
  // A program that should not come back is watched for longer than the wait before the first dial.
  duration: 2 * LONGEST_WAIT_MS,
  async check({ synced, relay }) {
    const connection = await synced()
    connection.close(code)
    await pause(2 * LONGEST_WAIT_MS)
    expectEqual(relay.connections.length, 1, 'the number of connections')
  },
})

export const livesOn = (role: ClientRole): ClientRequirement[] => [
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
      const end = start + SILENCE_MS + patience + LONGEST_WAIT_MS
      while (relay.connections.length < 2 && Date.now() < end) await pause(50)
      expectThat(relay.connections.length > 1, `the ${role} connects again`, 'one connection')
      const waited = relay.connections[1]!.openedAt - start
      expectThat(waited >= 30_000, `the ${role} waits for two heartbeats`, `${waited} ms`)
      expectThat(!connection.isOpen, 'the silent connection is closed', 'it is open')
    },
  },
]
