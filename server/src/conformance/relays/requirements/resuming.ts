import { expectEqual } from '../../core/expectations.ts'
import { config, isStatus, session, stateAt, wants } from '../messages.ts'
import type { RelayRequirement } from './relay-requirement.ts'

export const RESUMING: readonly RelayRequirement[] = [
  {
    id: 'sends-the-missing-tail',
    rule: 'R3',
    section: 'Viewers',
    title: 'sends a viewer that reconnects exactly what follows its position',
    async check({ published, viewer }) {
      await published()
      const client = await viewer({ position: { epoch: 'e', seq: 7 } })
      await client.until(isStatus, 'a viewer gets a status')
      expectEqual(
        client.frames.slice(0, 2),
        [8, 9].map((seq) => JSON.stringify(config('e', seq, { a: seq }))),
        'the first two messages',
      )
      expectEqual(
        client.types(),
        ['config_update', 'config_update', 'status'],
        'the types of the messages',
      )
    },
  },
  {
    id: 'sends-nothing-to-a-current-viewer',
    rule: 'R3',
    section: 'Viewers',
    title: 'sends no state to a viewer that holds the latest position',
    async check({ published, viewer }) {
      const publisher = await published()
      const client = await viewer({ position: { epoch: 'e', seq: 9 } })
      await client.until(isStatus, 'a viewer gets a status')
      publisher.send(config('e', 10, { a: 10 }))
      await client.until(stateAt(10), 'the viewer receives the next change')
      expectEqual(
        client.types().filter((type) => type !== 'status'),
        ['config_update'],
        'the state messages',
      )
    },
  },
  {
    id: 'sends-all-to-another-epoch',
    rule: 'R3',
    section: 'Viewers',
    title: 'sends the whole state to a viewer with a position of another epoch',
    async check({ published, viewer }) {
      await published()
      const client = await viewer({ position: { epoch: 'old', seq: 9 } })
      await client.until(
        (message) => isStatus(message) && message.seq === 9,
        'the viewer gets a status with the latest position',
      )
      expectEqual(
        client.types(),
        ['session_update', ...Array<string>(8).fill('config_update'), 'status'],
        'the types of the messages',
      )
    },
  },
  {
    id: 'waits-for-a-viewer-ahead',
    section: 'Viewers',
    title: 'sends a viewer that is ahead of the relay nothing until the relay is past its position',
    async check({ published, viewer }) {
      const publisher = await published()
      const client = await viewer({ position: { epoch: 'e', seq: 11 } })
      await client.until(isStatus, 'a viewer gets a status')
      for (const seq of [10, 11, 12]) publisher.send(config('e', seq, { a: seq }))
      await client.until(stateAt(12), 'the viewer receives the change after its position')
      expectEqual(
        client.of('config_update').map(({ seq }) => seq),
        [12],
        'the positions that the viewer received',
      )
      expectEqual(client.of('session_update'), [], 'the whole states')
    },
  },
  {
    id: 'asks-after-a-gap',
    rule: 'R6',
    section: 'Relays',
    title:
      'asks the host for a session_update after a gap, and forwards nothing that follows the gap',
    async check({ published, viewer }) {
      const publisher = await published()
      const client = await viewer({ position: { epoch: 'e', seq: 9 } })
      await client.until(isStatus, 'a viewer gets a status')
      const asked = publisher.of('status').filter(wants).length
      publisher.send(config('e', 11, { a: 11 }))
      await publisher.when(
        () => publisher.of('status').filter(wants).length > asked,
        'the host gets a status with "want": "session_update"',
      )
      publisher.send(session('e', 11, { a: 11 }))
      await client.until(stateAt(11), 'the viewer receives the session_update')
      expectEqual(client.of('config_update'), [], 'the changes that the viewer received')
    },
  },
  {
    id: 'asks-a-host-without-known-state',
    rule: 'R6',
    section: 'Relays',
    title: 'asks a host for its state in the first status, unless it holds the announced position',
    level: 'should',
    async check({ host, firstStatus, settled }) {
      const first = await host()
      expectEqual(
        (await firstStatus(first)).payload['want'],
        'session_update',
        '"want" in the first status of the first host',
      )
      first.send(session('e', 1, { a: 1 }))
      await settled(1)
      await first.close()
      const again = await host({ position: { epoch: 'e', seq: 1 } })
      expectEqual(
        (await firstStatus(again)).payload['want'],
        undefined,
        '"want" for a host whose position the relay holds',
      )
      await again.close()
      const other = await host({ position: { epoch: 'f', seq: 3 } })
      expectEqual(
        (await firstStatus(other)).payload['want'],
        'session_update',
        '"want" for a host with another position',
      )
    },
  },
]
