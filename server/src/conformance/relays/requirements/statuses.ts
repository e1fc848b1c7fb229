import { expectEqual, expectThat } from '../../core/expectations.ts'
import { at, config, isStatus, session } from '../messages.ts'
import type { RelayRequirement } from './relay-requirement.ts'

const DEFAULT_HEARTBEAT_MS = 15_000

export const STATUSES: readonly RelayRequirement[] = [
  {
    id: 'sends-heartbeats',
    rule: 'R8',
    section: 'Relays',
    title: 'sends a status to the host and to all viewers every 15 s',
    duration: 3 * DEFAULT_HEARTBEAT_MS,
    heartbeat: 100,
    async check({ host, viewer, heartbeat, patience, crowd }) {
      const publisher = await host()
      publisher.send(session('e', 1, { a: 1 }))
      const watcher = await viewer()
      await watcher.until(at(1), 'a viewer receives the state')
      // With a short heartbeat, several of them show that they go on.
      const times = heartbeat < patience ? 3 : 1
      expectThat(crowd > 0, 'there are viewers', crowd)
      for (const [role, client] of [
        ['the host', publisher],
        ['a viewer', watcher],
      ] as const) {
        const before = client.of('status').length
        const end = Date.now() + times * heartbeat + patience
        while (Date.now() < end && client.of('status').length < before + times)
          await client
            .when(() => client.of('status').length >= before + times, 'a status')
            .catch(() => {})
        expectThat(
          client.of('status').length >= before + times,
          `${role} gets a status at least every ${heartbeat} ms`,
          `${client.of('status').length - before} statuses`,
        )
      }
      const last = watcher.of('status').at(-1)!
      expectEqual(
        { seq: last.seq, host: last.payload['host'] },
        { seq: 1, host: 'online' },
        'position and host in the last status',
      )
    },
  },
  {
    id: 'positions-in-statuses',
    rule: 'R4',
    section: 'Relays',
    title:
      'puts a position into the status of a viewer only if the viewer was sent everything up to it',
    async check({ host, viewer, settled }) {
      const early = await viewer()
      const first = await early.until(isStatus, 'a viewer of a session without state gets a status')
      expectEqual(
        { epoch: first.epoch, seq: first.seq, host: first.payload['host'] },
        { epoch: undefined, seq: undefined, host: 'offline' },
        'the status of a session without host and state',
      )
      const publisher = await host()
      publisher.send(session('e', 1, { a: 1 }))
      publisher.send(config('e', 2, { a: 2 }))
      await settled(2)
      const late = await viewer()
      const status = await late.until(isStatus, 'a viewer gets a status')
      expectEqual(
        { epoch: status.epoch, seq: status.seq, host: status.payload['host'] },
        { epoch: 'e', seq: 2, host: 'online' },
        'the status after the state',
      )
      expectThat(
        typeof status.payload['since'] === 'number',
        '"since" is a number',
        status.payload['since'],
      )
      expectThat(
        late.types().indexOf('status') > late.types().lastIndexOf('config_update'),
        'the status with the position comes after the state',
        late.types(),
      )
    },
  },
  {
    id: 'passes-on-the-name',
    section: 'Messages',
    title: 'passes the name of the session on to viewers, and null removes it',
    async check({ host, viewer }) {
      const publisher = await host()
      publisher.send({ type: 'status', payload: { name: 'Final' } })
      publisher.send(session('e', 1, { a: 1 }))
      const watcher = await viewer()
      await watcher.until(({ payload }) => payload['name'] === 'Final', 'a status has the name')
      publisher.send({ type: 'status', payload: { name: null } })
      publisher.send(config('e', 2, { a: 2 }))
      await watcher.until(at(2), 'a viewer receives the change')
      const late = await viewer()
      const status = await late.until(
        (message) => isStatus(message) && message.seq === 2,
        'a new viewer gets a status with the position',
      )
      expectThat(
        (status.payload['name'] ?? null) === null,
        'the status has no name after the host has sent null',
        status,
      )
    },
  },
  {
    id: 'passes-on-behind',
    rule: 'R8',
    section: 'Relays',
    title: 'keeps "behind" of the host for viewers until it is false or the host leaves',
    async check({ host, viewer, settled }) {
      const publisher = await host()
      publisher.send(session('e', 1, { a: 1 }))
      await settled(1)
      const watcher = await viewer()
      await watcher.until(at(1), 'a viewer receives the state')
      const isBehind = () => watcher.of('status').at(-1)?.payload['behind'] === true
      publisher.send({ type: 'status', payload: { behind: true } })
      await watcher.when(isBehind, 'the viewer gets a status with "behind": true')
      publisher.send({ type: 'status', payload: { behind: false } })
      await watcher.when(() => !isBehind(), 'the viewer gets a status without "behind"')
      publisher.send({ type: 'status', payload: { behind: true } })
      await watcher.when(isBehind, 'the viewer gets a status with "behind": true')
      await publisher.close()
      await watcher.when(
        () => watcher.of('status').at(-1)?.payload['host'] === 'offline' && !isBehind(),
        '"behind" ends when the host leaves',
      )
    },
  },
  {
    id: 'behind-before-a-new-host-has-sent-state',
    rule: 'R8',
    section: 'Relays',
    title: 'says "behind" while it holds older state and a new host has not sent its first state',
    async check({ host, viewer, settled }) {
      const first = await host()
      first.send(session('e', 1, { a: 1 }))
      await settled(1)
      await first.close()
      const second = await host({ position: { epoch: 'f', seq: 1 } })
      const watcher = await viewer()
      await watcher.until(
        ({ payload }) => payload['host'] === 'online' && payload['behind'] === true,
        'a status has "host": "online" and "behind": true',
      )
      second.send(session('f', 1, { a: 2 }))
      await watcher.until(
        (message) =>
          isStatus(message) && message.epoch === 'f' && message.payload['behind'] !== true,
        'a status of the new state has no "behind"',
      )
    },
  },
  {
    id: 'passes-on-the-hash',
    rule: 'R9',
    section: 'Relays',
    title: "adds the host's hash to the viewers' statuses while its position is the latest",
    duration: DEFAULT_HEARTBEAT_MS + 1000,
    heartbeat: 100,
    async check({ host, viewer, heartbeat, patience }) {
      const publisher = await host()
      publisher.send(session('e', 1, { a: 1 }))
      const watcher = await viewer()
      await watcher.until(at(1), 'a viewer receives the state')
      publisher.send({ type: 'status', epoch: 'e', seq: 1, payload: { hash: 3_735_928_559 } })
      const hashed = () =>
        watcher.of('status').filter(({ payload }) => payload['hash'] !== undefined)
      const end = Date.now() + heartbeat + patience
      while (hashed().length === 0 && Date.now() < end)
        await watcher.when(() => hashed().length > 0, 'a hash').catch(() => {})
      const [status] = hashed()
      expectThat(status !== undefined, 'a status has the hash', watcher.of('status').slice(-2))
      expectEqual(
        { seq: status.seq, hash: status.payload['hash'] },
        { seq: 1, hash: 3_735_928_559 },
        'position and hash of that status',
      )
      publisher.send(config('e', 2, { a: 2 }))
      const late = async () => (await viewer()).until(at(2), 'a viewer receives the change')
      await late()
      const newest = await viewer()
      const last = await newest.until(
        (message) => isStatus(message) && message.seq === 2,
        'a status has the latest position',
      )
      expectEqual(last.payload['hash'], undefined, 'the hash in a status of a later position')
    },
  },
]
