import { isRecord } from './record.ts'

const LINE_END = 0x0a
/** A header has a few dozen bytes. A frame without a line end in this many bytes has none. */
const LONGEST_HEADER = 512

const decoder = /* @__PURE__ */ new TextDecoder()

/** Joins bytes into one array. Takes a list, because a message can have more slices than a call arguments. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Gives the bytes of a header, which is one line of JSON. */
export function formatHeader(header: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(header)}\n`)
}

/** Gives the header of a binary frame and the index of what follows; `undefined` for a frame without one. */
export function readHeaderLine(
  frame: Uint8Array,
): { header: Record<string, unknown>; body: number } | undefined {
  const end = frame.subarray(0, LONGEST_HEADER).indexOf(LINE_END)
  if (end === -1) return undefined
  try {
    const header: unknown = JSON.parse(decoder.decode(frame.subarray(0, end)))
    return isRecord(header) ? { header, body: end + 1 } : undefined
  } catch {
    return undefined
  }
}
