import { isDeepStrictEqual } from 'node:util'
import type { Payload, Position } from '@vue-sync/vue/protocol'
import { describeValue, eventually, pause, Unmet } from '../core/expectations.ts'
import type { Opened, Requirement } from '../core/requirement.ts'
import type { Program, StartProgram } from '../programs/program.ts'
import {
  openScriptedRelay,
  type ScriptedConnection,
  type ScriptedRelay,
} from '../programs/scripted-relay.ts'
import { createStrictReader, type StrictReader } from './strict-reader.ts'

/** The host to test. */
export interface HostSubject {
  start: StartProgram
  /** Milliseconds to wait for one answer. @default 5000 */
  patience?: number
}

/** The host in one test, with a relay that behaves well unless the test changes that. */
export interface HostStage {
  relay: ScriptedRelay
  program: Program
  reader: StrictReader
  patience: number
  /** Milliseconds that the relay waits before its first status. @default 0 */
  delay: number
  /** Whether the relay asks for state that it does not hold. @default true */
  asks: boolean
  /** Tells the host its whole state. */
  give: (state: Payload) => void
  /** Starts the program once more, with a relay and reader of its own. */
  startAgain: () => Promise<HostStage>
  /** Resolves with the connection of this index. @throws Unmet */
  connected: (index?: number) => Promise<ScriptedConnection>
  /** Resolves when the relay holds this state. @throws Unmet */
  publishes: (state: Payload, after: string) => Promise<void>
  /** Connects, and brings the relay to a state. */
  synced: (state?: Payload) => Promise<ScriptedConnection>
  /** Sends a status to the host. */
  tell: (connection: ScriptedConnection, payload?: object) => void
  /** @throws Unmet for the first mistake of the host */
  expectNoProblems: () => void
}

export type HostRequirement = Requirement<HostStage>

export const HOST_SUBJECT_DEFAULTS = { patience: 5000 }
export const INITIAL: Payload = { board: { title: 'Final', score: [1, 0] } }

const statusOf = (payload: object): object => ({
  type: 'status',
  payload: {
    running: true,
    port: 9876,
    localIp: '127.0.0.1',
    clientCount: 1,
    viewerUrls: [],
    time: Date.now(),
    ...payload,
  },
})

function tell(connection: ScriptedConnection, payload: object = {}): void {
  if (connection.isOpen) connection.send(statusOf(payload))
}

/** Starts the host with a relay of its own. */
export async function openHostStage(subject: HostSubject): Promise<Opened<HostStage>> {
  const { start, patience = HOST_SUBJECT_DEFAULTS.patience } = subject
  const relay = await openScriptedRelay()
  const reader = createStrictReader()
  const others: Opened<HostStage>[] = []
  let reading = Promise.resolve()

  const holds = (position: Position | undefined): boolean =>
    position !== undefined && isDeepStrictEqual(position, reader.position)
  relay.onConnection = (connection) => {
    let isGreeted = false
    connection.socket.on('message', (data: Buffer, isBinary) => {
      if (!isGreeted)
        reader.problems.push({ rule: 'H1', text: 'a message before the first status' })
      const frame = isBinary ? data : String(data)
      reading = reading.then(() => reader.read(frame))
    })
    function greet(): void {
      isGreeted = true
      const isWanted = stage.asks && !holds(connection.position)
      tell(connection, isWanted ? { want: 'session_update' } : {})
    }
    if (stage.delay > 0) setTimeout(greet, stage.delay)
    else greet()
  }
  const program = start(relay.address)

  function expectNoProblems(): void {
    const [problem] = reader.problems
    if (problem) throw new Unmet(`the host keeps to ${problem.rule}`, problem.text)
  }
  const behaviour = (): string =>
    [
      `the relay holds ${describeValue(reader.state ?? 'no state')}`,
      reader.problems.map(({ rule, text }) => `${rule}: ${text}`).join('; '),
      program.hasEnded ? 'the host has ended' : '',
      program.errors && `stderr: ${program.errors.trim().split('\n').at(-1)}`,
    ]
      .filter(Boolean)
      .join('; ')

  async function connected(index = 0): Promise<ScriptedConnection> {
    await eventually(() => relay.connections.length > index, {
      expected: index === 0 ? 'the host connects' : 'the host connects again',
      seen: behaviour,
      patience,
    })
    return relay.connections[index]!
  }
  async function publishes(state: Payload, after: string): Promise<void> {
    await eventually(() => isDeepStrictEqual(reader.state, state), {
      expected: `the relay gets ${describeValue(state)} after ${after}`,
      seen: behaviour,
      patience,
    })
    expectNoProblems()
  }

  const give = (state: Payload): void => program.write(JSON.stringify(state))
  const stage: HostStage = {
    relay,
    program,
    reader,
    patience,
    delay: 0,
    asks: true,
    give,
    async startAgain() {
      const other = await openHostStage(subject)
      others.push(other)
      return other.subject
    },
    connected,
    publishes,
    async synced(state = INITIAL) {
      give(state)
      const connection = await connected()
      await publishes(state, 'the first state')
      return connection
    },
    tell,
    expectNoProblems,
  }
  return {
    subject: stage,
    async close() {
      await Promise.all(others.map(({ close }) => close()))
      await program.stop()
      await relay.stop()
      await pause(0)
    },
  }
}
