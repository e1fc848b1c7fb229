import { setImmediate as turn } from 'node:timers/promises'
import { expectEqual, expectThat } from '../../core/expectations.ts'
import { config, session, wants } from '../messages.ts'
import type { StreamReader } from '../stream-reader.ts'
import type { RelayRequirement } from './relay-requirement.ts'

const MESSAGES = 500
const DRAINED_MESSAGES = 250
const FILL_BYTES = 64 * 1024
/** The messages between two waits for a fast viewer. */
const PACE = 20
const SENDING_MS = 60_000

const wholeState = (seq: number) => ({
  fill: String.fromCodePoint(97 + (seq % 26)).repeat(FILL_BYTES),
  n: seq,
})

function expectWhole({ state }: StreamReader, seq: number, who: string): void {
  const { n, fill } = state as { n?: number; fill?: string }
  const whole = wholeState(seq)
  expectThat(
    n === seq && fill === whole.fill,
    `${who} has the state at seq ${seq}`,
    `n is ${n}, ${fill?.length} characters of ${fill?.slice(0, 1)}`,
  )
}

export const SLOW_VIEWERS: readonly RelayRequirement[] = [
  {
    id: 'sends-the-rest-at-once',
    rule: 'R3',
    section: 'Viewers',
    title: 'sends the rest at once to a viewer that reads again',
    // A heartbeat would send it too, but later.
    heartbeat: 30_000,
    async check({ host, reader, patience }) {
      const publisher = await host()
      publisher.send(session('e', 0, wholeState(0)))
      const [stalled, quick] = [await reader(0), await reader(0)]
      await Promise.all([stalled, quick].map((it) => it.reaches(0)))
      stalled.socket.pause()
      for (let seq = 1; seq <= DRAINED_MESSAGES; seq++) {
        publisher.send(config('e', seq, wholeState(seq)))
        if (seq % PACE === 0) await quick.reaches(seq)
      }
      await quick.reaches(DRAINED_MESSAGES)
      stalled.socket.resume()
      await stalled.reaches(DRAINED_MESSAGES)
      expectWhole(stalled, DRAINED_MESSAGES, 'the viewer that stopped reading')
      expectThat(patience > 0, 'the test waits', patience)
    },
  },
  {
    id: 'is-not-delayed-by-a-slow-viewer',
    rule: 'R3',
    section: 'Viewers',
    title: 'is not delayed by a viewer that stops reading, which ends exactly up to date',
    duration: SENDING_MS,
    async check({ host, reader, crowd: size }) {
      const publisher = await host()
      let latest = 0
      publisher.send(session('e', 0, wholeState(0)))
      publisher.socket.on('message', (data: Buffer) => {
        // As a host does.
        if (wants(JSON.parse(String(data))))
          publisher.send(session('e', latest, wholeState(latest)))
      })
      const crowd = await Promise.all(Array.from({ length: size }, (_, index) => reader(index)))
      await Promise.all(crowd.map((it) => it.reaches(0)))
      const [stalled, ...others] = crowd as [StreamReader, ...StreamReader[]]
      // A real stall: the kernel's buffers fill, then the relay's.
      stalled.socket.pause()
      for (latest = 1; latest < MESSAGES; latest++) {
        publisher.send(config('e', latest, wholeState(latest)))
        if (latest % PACE === 0) await others[0]!.reaches(latest)
        else await turn()
      }
      publisher.send(config('e', MESSAGES, wholeState(MESSAGES)))
      await Promise.all(others.map((it) => it.reaches(MESSAGES)))
      stalled.socket.resume()
      await stalled.reaches(MESSAGES)
      for (const it of crowd) {
        expectEqual(it.problems, [], 'what was wrong with the stream of a viewer')
        expectWhole(it, MESSAGES, 'each viewer')
      }
      expectThat(
        stalled.messages < MESSAGES,
        'the slow viewer gets a whole state instead of all that it missed',
        `${stalled.messages} messages`,
      )
      publisher.send(config('e', MESSAGES + 1, { n: 'last' }))
      await Promise.all(crowd.map((it) => it.reaches(MESSAGES + 1)))
      for (const { state } of crowd) expectEqual(state['n'], 'last', 'the last change')
    },
  },
]
