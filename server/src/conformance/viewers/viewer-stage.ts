import { isDeepStrictEqual } from 'node:util'
import type { Payload, Position } from '@vue-sync/vue/protocol'
import { describeValue, eventually, pause, Unmet } from '../core/expectations.ts'
import type { Opened, Requirement } from '../core/requirement.ts'
import type { Program, StartProgram } from '../programs/program.ts'
import {
  openScriptedRelay,
  type ScriptedConnection,
  type ScriptedRelay,
  type ScriptedRelayOptions,
} from '../programs/scripted-relay.ts'

/** A line that the viewer prints after each change of what it shows. */
export interface ShownLine {
  state: Payload
  /** Whether the viewer calls its state current (V7). */
  current?: boolean
  /** The hash that the viewer computed of its state. */
  hash?: number
}

/** The viewer to test. */
export interface ViewerSubject {
  start: StartProgram
  /** Milliseconds to wait for one answer. @default 5000 */
  patience?: number
}

/** The viewer in one test. */
export interface ViewerStage {
  relay: ScriptedRelay
  program: Program
  patience: number
  /** All that the viewer has shown. */
  shown: () => ShownLine[]
  last: () => ShownLine | undefined
  /** Resolves with the connection of this index. @throws Unmet */
  connected: (index?: number) => Promise<ScriptedConnection>
  /** Resolves when the viewer shows this state. @throws Unmet */
  shows: (state: Payload, after: string) => Promise<void>
  /** Connects, and brings the viewer to a state. */
  synced: (state?: Payload, position?: Position) => Promise<ScriptedConnection>
  /**
   * Resolves with the next connection after a gap or a message that cannot be applied.
   *
   * @param position what the viewer must announce; `undefined`: none
   */
  reconnects: (
    index: number,
    position: Position | undefined,
    after: string,
  ) => Promise<ScriptedConnection>
  /** Waits for a moment. @throws Unmet if the viewer opens another connection, or closes this one */
  stays: (connection: ScriptedConnection, after: string) => Promise<void>
}

export type ViewerRequirement = Requirement<ViewerStage> & {
  /** The relay that the test needs. @default a usual one */
  relay?: ScriptedRelayOptions
}

export const VIEWER_SUBJECT_DEFAULTS = { patience: 5000 }

/** Long enough for a program on this computer to answer. */
const MOMENT_MS = 300

export const ORIGIN: Position = { epoch: 'e-1', seq: 4 }
export const INITIAL: Payload = { board: { title: 'Final', score: [1, 0] } }

export const whole = ({ epoch, seq }: Position, payload: unknown) => ({
  type: 'session_update',
  epoch,
  seq,
  payload,
})
export const change = ({ epoch, seq }: Position, payload: unknown, patch?: readonly unknown[]) => ({
  type: 'config_update',
  epoch,
  seq,
  payload,
  ...(patch && { patch }),
})
export const status = (position?: Position, fields: object = {}) => ({
  type: 'status',
  ...position,
  payload: { host: 'online', since: 1_795_521_395_545, ...fields },
})
export const next = ({ epoch, seq }: Position, steps = 1): Position => ({ epoch, seq: seq + steps })

function readLine(line: string): ShownLine | undefined {
  try {
    const value = JSON.parse(line) as ShownLine | null
    return typeof value === 'object' && value !== null && typeof value.state === 'object'
      ? value
      : undefined
  } catch {
    return undefined
  }
}

/** Starts the viewer with a relay of its own. */
export async function openViewerStage(
  { start, patience = VIEWER_SUBJECT_DEFAULTS.patience }: ViewerSubject,
  relayOptions?: ScriptedRelayOptions,
): Promise<Opened<ViewerStage>> {
  const relay = await openScriptedRelay(relayOptions)
  const program = start(relay.address)
  const lines: ShownLine[] = []
  let read = 0
  function shown(): ShownLine[] {
    for (; read < program.lines.length; read++) {
      const line = readLine(program.lines[read]!)
      if (line) lines.push(line)
    }
    return lines
  }
  const last = (): ShownLine | undefined => shown().at(-1)
  const behaviour = (): string =>
    [
      `the viewer shows ${describeValue(last()?.state ?? 'nothing')}`,
      `${relay.connections.length} connections`,
      program.hasEnded ? 'it has ended' : '',
      program.errors && `stderr: ${program.errors.trim().split('\n').at(-1)}`,
    ]
      .filter(Boolean)
      .join('; ')

  async function connected(index = 0): Promise<ScriptedConnection> {
    await eventually(() => relay.connections.length > index, {
      expected: index === 0 ? 'the viewer connects' : 'the viewer connects again',
      seen: behaviour,
      patience,
    })
    return relay.connections[index]!
  }
  const shows = (state: Payload, after: string): Promise<void> =>
    eventually(() => isDeepStrictEqual(last()?.state, state), {
      expected: `the viewer shows ${describeValue(state)} after ${after}`,
      seen: behaviour,
      patience,
    })

  return {
    subject: {
      relay,
      program,
      patience,
      shown,
      last,
      connected,
      shows,
      async synced(state = INITIAL, position = ORIGIN) {
        const connection = await connected()
        connection.send(whole(position, state))
        connection.send(status(position))
        await shows(state, 'a session_update')
        return connection
      },
      async reconnects(index, position, after) {
        await eventually(() => relay.connections.length > index, {
          expected: `the viewer connects again after ${after}`,
          seen: behaviour,
          patience,
        })
        const connection = relay.connections[index]!
        if (!isDeepStrictEqual(connection.position, position))
          throw new Unmet(
            `the viewer connects ${position ? `with the position ${describeValue(position)}` : 'without a position'} after ${after}`,
            connection.target,
          )
        return connection
      },
      async stays(connection, after) {
        await pause(MOMENT_MS)
        if (!connection.isOpen || relay.connections.at(-1) !== connection)
          throw new Unmet(`the viewer keeps its connection after ${after}`, behaviour())
      },
    },
    async close() {
      await program.stop()
      await relay.stop()
    },
  }
}
