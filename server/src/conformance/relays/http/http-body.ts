import type { AnyMessage, ControlLine } from '../messages.ts'

const LINE_FEED = 0x0a
const LENGTH_LINE = /^#(\d{1,15}) (text|binary)$/

/** One frame in the body of an answer over HTTP. */
export interface HttpFrame {
  /** A line that is its own frame, or a frame with its length in front. */
  form: 'line' | 'text' | 'binary'
  bytes: Buffer
  /** The content, if it is JSON. */
  message: AnyMessage | undefined
}

/** The part of a body that has arrived. */
export interface HttpBody {
  frames: HttpFrame[]
  /** The query of the next request, from the last line. */
  next: string | undefined
  /** The close code, from the last line. */
  close: { code: number; reason: string } | undefined
  /** The first breach of the rules for bodies. */
  problem: string | undefined
  /** Bytes of a frame that has not arrived as a whole. */
  incomplete: number
}

function parse(bytes: Buffer): (AnyMessage & ControlLine) | undefined {
  try {
    const message = JSON.parse(String(bytes)) as (AnyMessage & ControlLine) | null
    if (typeof message !== 'object' || message === null || !('type' in message)) return undefined
    return { ...message, payload: message.payload ?? {} }
  } catch {
    return undefined
  }
}

/** Reads what has arrived of a body, by the rules of PROTOCOL.md and no other code. */
export function readBody(body: Buffer): HttpBody {
  const read: HttpBody = {
    frames: [],
    next: undefined,
    close: undefined,
    problem: undefined,
    incomplete: 0,
  }
  let at = 0
  while (at < body.length) {
    const end = body.indexOf(LINE_FEED, at)
    if (end === -1) break
    const line = body.subarray(at, end)
    if (read.next !== undefined || read.close) {
      read.problem ??= 'There are lines after the last line.'
      break
    }
    const [, digits, form] = LENGTH_LINE.exec(String(line)) ?? []
    if (digits !== undefined) {
      const start = end + 1
      const stop = start + Number(digits)
      if (stop >= body.length) break
      if (body[stop] !== LINE_FEED) {
        read.problem ??= `No line feed follows the ${digits} bytes of a frame.`
        break
      }
      const bytes = body.subarray(start, stop)
      const message = form === 'text' ? parse(bytes) : undefined
      read.frames.push({ form: form as 'text' | 'binary', bytes, message })
      at = stop + 1
      continue
    }
    at = end + 1
    if (line.length === 0) continue
    const message = parse(line)
    if (message?.type === 'next') read.next = String(message.query)
    else if (message?.type === 'close')
      read.close = { code: Number(message.code), reason: String(message.reason) }
    else {
      if (!message) read.problem ??= `A line is no frame: ${String(line).slice(0, 80)}`
      read.frames.push({ form: 'line', bytes: line, message })
    }
  }
  read.incomplete = body.length - at
  return read
}
