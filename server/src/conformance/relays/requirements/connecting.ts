import { WebSocket } from 'ws'
import { offerProtocols } from '@vue-sync/vue/protocol'
import { expectEqual, expectThat, NotApplicable, pause, within } from '../../core/expectations.ts'
import { at, isStatus, session } from '../messages.ts'
import type { RelayStage } from '../relay-stage.ts'
import type { RelayRequirement } from './relay-requirement.ts'

type Role = 'host' | 'viewer'

const keyOf = ({ hostKey, viewerKey }: RelayStage, role: Role) =>
  role === 'host' ? hostKey : viewerKey

const refusesKey = (role: Role, name: string, key: (stage: RelayStage) => string | undefined) =>
  ({
    id: `refuses-a-${role}-with-${name.replaceAll(' ', '-')}`,
    rule: 'R11',
    section: 'Closing',
    title: `closes a ${role} with ${name} with 4401 and a reason, and sends it nothing`,
    async check(stage) {
      const right = keyOf(stage, role)
      if (right === undefined || right === '')
        throw new NotApplicable(`this relay admits every ${role}`)
      const client = await stage.client(stage.url(), role, { key: key(stage) })
      const { code, reason } = await client.untilClosed(`the relay closes the ${role}`)
      expectEqual(code, 4401, 'the close code')
      expectThat(reason !== '', 'the close frame has a reason', 'no reason')
      expectEqual(client.frames, [], 'the messages before')
    },
  }) satisfies RelayRequirement

export const CONNECTING: readonly RelayRequirement[] = [
  refusesKey('host', 'no key', () => undefined),
  refusesKey('host', 'the viewer key', ({ viewerKey }) => viewerKey ?? 'viewer-key'),
  refusesKey('viewer', 'no key', () => undefined),
  refusesKey('viewer', 'a wrong key', () => 'nope'),
  {
    id: 'echoes-the-role-only',
    rule: 'R12',
    section: 'Connecting',
    title: 'echoes the role of a client and never its key',
    async check({ viewer, client, url, viewerKey }) {
      expectEqual((await viewer()).socket.protocol, 'vue-sync.viewer.v1', 'the subprotocol')
      if (!viewerKey) return
      const keyOnly = offerProtocols('viewer', viewerKey).slice(1)
      // This library refuses an answer without a subprotocol, as no browser does.
      const socket = new WebSocket(url(), keyOnly)
      const protocol = await new Promise<string>((resolve) => {
        socket.on('upgrade', ({ headers }) =>
          resolve(String(headers['sec-websocket-protocol'] ?? '')),
        )
        socket.on('error', () => {})
        socket.on('close', () => resolve('no handshake'))
      })
      socket.terminate()
      expectEqual(protocol, '', 'the subprotocol for a client that offers only a key')
      const several = [...offerProtocols('viewer', viewerKey), 'token.bm9wZQ']
      const other = await client(url(), 'viewer', { protocols: several })
      await other.until(isStatus, 'the first of several keys admits the client')
    },
  },
  {
    id: 'refuses-another-version',
    rule: 'R11',
    section: 'Closing',
    title: 'closes a client of another protocol version with 4400',
    async check({ client, url }) {
      const newer = await client(url(), 'viewer', { protocols: ['vue-sync.viewer.v9'] })
      expectEqual((await newer.untilClosed('the relay closes it')).code, 4400, 'the close code')
    },
  },
  {
    id: 'refuses-foreign-pages',
    rule: 'R11',
    section: 'Closing',
    title: 'closes a page of another site with 4405',
    level: 'should',
    async check({ viewer }) {
      const page = await viewer({ headers: { origin: 'https://evil.example' } })
      expectEqual((await page.untilClosed('the relay closes it')).code, 4405, 'the close code')
    },
  },
  {
    id: 'ignores-unknown-parameters',
    section: 'Connecting',
    title: 'ignores parameters of the query that it does not know',
    async check({ host, viewer }) {
      const publisher = await host({ query: 'later=1' })
      publisher.send(session('e', 1, { a: 1 }))
      await (await viewer({ query: 'later=1&colour=red' })).until(at(1), 'a viewer gets the state')
    },
  },
  {
    id: 'lets-a-second-host-take-over',
    section: 'Hosts',
    title: 'lets a second host take over, closes the first with 4409, and keeps viewers online',
    async check({ host, viewer, settled }) {
      const first = await host()
      first.send(session('e1', 1, { a: 1 }))
      // Before the first host has its place on all nodes, a viewer on another one may be told that there is none.
      await settled(1)
      const watcher = await viewer()
      await watcher.until(at(1), 'a viewer receives the state of the first host')
      const second = await host()
      const { code } = await first.untilClosed('the relay closes the first host')
      expectEqual(code, 4409, 'the close code')
      second.send(session('e2', 0, { a: 2 }))
      await watcher.until(({ epoch }) => epoch === 'e2', 'a viewer receives the new state')
      expectThat(
        watcher.of('status').every(({ payload }) => payload['host'] === 'online'),
        'every status has "host": "online"',
        watcher.of('status'),
      )
    },
  },
  {
    id: 'answers-pings',
    section: 'Reconnecting',
    title: 'answers the pings of clients',
    async check({ viewer, patience }) {
      const client = await viewer()
      await client.until(isStatus, 'a viewer gets a status')
      const pong = new Promise((resolve) => client.socket.once('pong', resolve))
      client.socket.ping('kit')
      await within(pong, { expected: 'a pong', seen: () => 'no pong', patience })
    },
  },
  {
    id: 'reads-nothing-of-refused-clients',
    rule: 'R11',
    section: 'Relays',
    title: 'reads no message of a client that it refuses',
    async check(stage) {
      const { host, viewer, client, url, hostKey } = stage
      if (!hostKey) throw new NotApplicable('this relay admits every host')
      const publisher = await host()
      publisher.send(session('e', 1, { a: 1 }))
      const watcher = await viewer()
      await watcher.until(at(1), 'a viewer receives the state')
      const intruder = await client(url(), 'host', { key: 'nope' })
      intruder.send(session('evil', 1, { a: 'hacked' }))
      await intruder.untilClosed('the relay closes it')
      await pause(50)
      publisher.send(session('e', 2, { a: 2 }))
      await watcher.until(at(2), 'a viewer receives the next state')
      expectThat(
        !watcher.frames.join().includes('hacked'),
        'viewers get only the state of the host',
        watcher.frames,
      )
    },
  },
]
