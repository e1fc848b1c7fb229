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
}

function format(entry: RecordingEntry): string {
  const line = formatEntry(entry)
  if (line.length > RECORDING_LIMITS.longestLine)
    throw new UsageError('A message of the host is too long for a recording.')
  return line
}

/**
 * The recording begins with the first state, so that a replay does not wait for as long as the host was away.
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
  let early: Frame[] = []
  let isFull = false

  /** Milliseconds since the first state. Setting the computer's clock does not change it. */
  const now = (): number => performance.now() - began

  /** Gives `false` when there is no room. */
  function writeEntry(entry: RecordingEntry): boolean {
    isFull ||= !write(format(entry))
    return !isFull
  }

  function begin(frame: Frame, head: FrameHead): boolean {
    began = performance.now()
    const rest = { start: Date.now(), session, ...(name !== undefined && { name }) }
    const lines = [...early, frame].map((each) => format({ at: 0, frame: each }))
    isFull ||= !write(formatHeader(headerFor(head, rest)) + lines.join(''))
    early = []
    return !isFull
  }

  function receiveStatus(frame: Frame): void {
    name = nameIn(frame) ?? name
    if (messages > 0) writeEntry({ at: now(), frame })
    else if (early.length < MAX_EARLY) early.push(frame)
  }

  function receiveState(frame: Frame, head: FrameHead): void {
    const isWritten = messages === 0 ? begin(frame, head) : writeEntry({ at: now(), frame })
    if (!isWritten) return
    position = { epoch: head.epoch, seq: head.seq }
    messages++
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
      if (messages > 0) writeEntry({ at: now(), event })
    },
  }
}
