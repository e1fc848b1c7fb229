import { reactive } from 'vue'
import { describeFrame, type FrameSummary } from './describe-frame.ts'

export type Device = 'host' | 'phone1' | 'phone2'
export type Phone = Exclude<Device, 'host'>

/** What one device sent or received of a frame. */
export interface Cell {
  bytes: number
  /** Sent to the relay, not received from it. */
  isSent: boolean
  /** Received when the device was connected again. */
  isLate: boolean
}

export interface FrameRow extends FrameSummary {
  id: number
  /** The frame itself. */
  text: string
  cells: Partial<Record<Device, Cell>>
}

export interface EventRow {
  id: number
  kind: 'event'
  device: Device
  text: string
  /** Frames that a phone had missed and received now. */
  resumed?: { frames: number; bytes: number; whole: number }
}

export type Row = FrameRow | EventRow

export interface FrameLog {
  /** The latest ones first; at most 60. */
  rows: Row[]
  totals: { changes: number; bytes: number; whole: number }
  sent: (device: Device, frame: string | Uint8Array) => void
  received: (device: Device, frame: string | Uint8Array) => void
  event: (device: Device, text: string, isResume?: boolean) => void
}

const MOST_ROWS = 60
/** Two devices get the same status within this many rows. */
const NEAR = 6
const encoder = new TextEncoder()

export const byteLength = (frame: string | Uint8Array): number =>
  typeof frame === 'string' ? encoder.encode(frame).length : frame.length

/**
 * Lists the frames of all devices. The relay passes the bytes of the host on, so a frame is one row, and each device
 * that got it has a cell there.
 *
 * @param wholeSize the bytes that the whole state would take now
 */
export function createFrameLog(wholeSize: () => number): FrameLog {
  const rows = reactive<Row[]>([])
  const totals = reactive({ changes: 0, bytes: 0, whole: 0 })
  const resuming: Partial<Record<Device, EventRow>> = {}
  let nextId = 1

  function add<R extends Row>(row: R): R {
    rows.unshift(row)
    rows.length = Math.min(rows.length, MOST_ROWS)
    return rows[0] as R
  }

  function findRow(text: string, device: Device): FrameRow | undefined {
    const index = rows.findIndex((row) => row.kind !== 'event' && row.text === text)
    const row = rows[index] as FrameRow | undefined
    const isOther = row?.kind === 'status' && (index >= NEAR || row.cells[device])
    return isOther ? undefined : row
  }

  function record(device: Device, frame: string | Uint8Array, isSent: boolean): void {
    const text = typeof frame === 'string' ? frame : new TextDecoder().decode(frame)
    const bytes = byteLength(frame)
    const known = findRow(text, device)
    const row = known ?? add<FrameRow>({ id: nextId++, text, cells: {}, ...describeFrame(text) })
    const resume = row.kind === 'status' ? undefined : resuming[device]
    const isLate = !isSent && resume !== undefined && row.id < resume.id
    row.cells[device] = { bytes, isSent, isLate }
    if (resume?.resumed && !isSent) {
      const { resumed } = resume
      if (row.kind === 'whole') resumed.whole = bytes
      else if (isLate) {
        resumed.frames++
        resumed.bytes += bytes
      } else delete resuming[device]
    }
    if (!isSent || row.kind !== 'change') return
    totals.changes++
    totals.bytes += bytes
    totals.whole += wholeSize()
  }

  return {
    rows,
    totals,
    sent: (device, frame) => record(device, frame, true),
    received: (device, frame) => record(device, frame, false),
    event(device, text, isResume = false) {
      const row = add<EventRow>({
        id: nextId++,
        kind: 'event',
        device,
        text,
        ...(isResume && { resumed: { frames: 0, bytes: 0, whole: 0 } }),
      })
      if (isResume) resuming[device] = row
      else delete resuming[device]
    },
  }
}
