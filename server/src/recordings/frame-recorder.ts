import { judge, type Message, type Position } from '@vue-sync/vue/protocol'
import {
  formatEntry,
  formatHeader,
  type Frame,
  type FrameHead,
  headerFor,
  headOf,
  nameIn,
  RECORDING_LIMITS,
  type RecordingEntry,
  type RecordingEvent,
  statusOf,
} from '@vue-sync/vue/recording'
import { UsageError } from '../core/usage-error.ts'

/** Statuses that arrive before there is a state. More are not kept. */
const MAX_EARLY = 100
/** Characters of messages that wait for the first status. */
const MAX_WAITING = RECORDING_LIMITS.longestLine

/** Turns what a viewer receives into the lines of a recording. */
export interface FrameRecorder {
  /** The position of the latest state message. */
  readonly position: Position | undefined
  /** State messages that were written. */
  readonly messages: number
  /** Whether `write` had no room for a line. Nothing is written after it. */
  readonly isFull: boolean
  /**
   * Writes a frame unless it is a duplicate. Gives `false` when a message before this frame is missing.
   *
   * @throws UsageError for a message that no reader of recordings accepts
   */
  receive: (frame: Frame) => boolean
  report: (event: RecordingEvent) => void
  /** Writes what waits for the first status. Must be called at the end. */
  finish: () => void
}

function format(entry: RecordingEntry): string {
  const line = formatEntry(entry)
  if (line.length > RECORDING_LIMITS.longestLine)
    throw new UsageError('A message of the host is too long for a recording.')
  return line
}

/**
 * The recording begins with the first state, so that a replay does not wait for as long as the host was away. A relay
 * sends its first status after the state, and the status has the name for the header. So nothing is written before.
 *
 * @param session the name of the session, for the header
 * @param write called with one or more whole lines; the first call has all lines from the header to the first state.
 * Gives `false` when there is no room for them.
 */
export function createFrameRecorder(
  session: string,
  write: (lines: string) => boolean,
): FrameRecorder {
  let began = 0
  let position: Position | undefined
  let messages = 0
  let name: string | undefined
  /** Lines up to the first state, until they are written. */
  let early: string[] = []
  /** Lines after the first state that wait for a status. */
  const following: { line: string; isState: boolean }[] = []
  let waiting = 0
  let hasStatus = false
  let first: { head: FrameHead; start: number } | undefined
  let hasBegun = false
  let isFull = false

  /** Milliseconds since the first state. Setting the computer's clock does not change it. */
  const now = (): number => performance.now() - began

  /** Gives `false` when there is no room. */
  function writeLines(lines: string): boolean {
    isFull ||= !write(lines)
    return !isFull
  }

  function add(line: string, isState: boolean): void {
    if (!hasBegun) following.push({ line, isState })
    else if (writeLines(line) && isState) messages++
  }

  /** Writes the header and what has arrived so far. */
  function begin(): void {
    if (!first || hasBegun || isFull) return
    const { head, start } = first
    const rest = { start, session, ...(name !== undefined && { name }) }
    hasBegun = writeLines(formatHeader(headerFor(head, rest)) + early.join(''))
    early = []
    if (!hasBegun) return
    messages = 1
    for (const { line, isState } of following.splice(0)) add(line, isState)
  }

  function receiveStatus(frame: Frame): void {
    name = nameIn(frame) ?? name
    hasStatus = true
    if (first) add(format({ at: now(), frame }), false)
    else if (early.length < MAX_EARLY) early.push(format({ at: 0, frame }))
    begin()
  }

  function receiveState(frame: Frame, head: FrameHead): void {
    if (!first) began = performance.now()
    const line = format({ at: now(), frame })
    if (first) add(line, true)
    else {
      early.push(line)
      first = { head, start: Date.now() }
    }
    waiting += line.length
    if (hasStatus || waiting > MAX_WAITING) begin()
    if (!isFull) position = { epoch: head.epoch, seq: head.seq }
  }

  return {
    get position() {
      return position
    },
    get messages() {
      return messages
    },
    get isFull() {
      return isFull
    },
    receive(frame) {
      const status = statusOf(frame)
      const head = status ? undefined : headOf(frame)
      if (!status && !head) return true
      const verdict = judge(position, (status ?? head) as Message)
      if (verdict === 'gap') return false
      if (!head) receiveStatus(frame)
      else if (verdict === 'apply') receiveState(frame, head)
      return true
    },
    report(event) {
      begin()
      if (hasBegun) writeLines(format({ at: now(), event }))
    },
    finish: begin,
  }
}
