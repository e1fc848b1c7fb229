import { createOpenContainers } from './open-containers.ts'

const MAX_SAFE_HIGH = 0x1fffff

/**
 * Checks the outline of a CBOR document before it is decoded, because a decoder allocates what a few bytes
 * announce. Accepts only what JSON has: no bytes, no tags, no `undefined`, and only definite lengths.
 *
 * @throws Error for any other document
 */
export function checkCbor(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const open = createOpenContainers()
  let at = 0

  /** Reads the argument of a head: in its low five bits, or in the next 1, 2, 4 or 8 bytes. */
  function argument(low: number): number {
    if (low < 24) return low
    if (low > 27) throw new Error('an indefinite length')
    const size = 1 << (low - 24)
    at += size
    if (size === 1) return view.getUint8(at - 1)
    if (size === 2) return view.getUint16(at - 2)
    if (size === 4) return view.getUint32(at - 4)
    const high = view.getUint32(at - 8)
    if (high > MAX_SAFE_HIGH) throw new Error('an integer beyond 2^53')
    return high * 2 ** 32 + view.getUint32(at - 4)
  }

  /** Skips `false`, `true`, `null` or a float. */
  function simple(low: number): void {
    if (low >= 20 && low <= 22) return
    // A half float is infinite or no number when all bits of its exponent are set.
    const isFinite =
      low === 25
        ? (view.getUint16(at) & 0x7c00) !== 0x7c00
        : low === 26
          ? Number.isFinite(view.getFloat32(at))
          : low === 27 && Number.isFinite(view.getFloat64(at))
    if (!isFinite) throw new Error(low === 23 ? 'undefined' : 'NaN, Infinity or a simple value')
    at += 1 << (low - 24)
  }

  while (!open.isDone) {
    const head = view.getUint8(at++)
    const major = head >> 5
    const low = head & 0x1f
    if (major === 4 || major === 5) {
      const count = argument(low)
      open.enter(count, major === 5, bytes.length - at)
      continue
    }
    if (major === 0) argument(low)
    else if (major === 1) {
      // It encodes −1 − argument.
      if (argument(low) >= Number.MAX_SAFE_INTEGER) throw new Error('an integer beyond 2^53')
    } else if (major === 3) {
      // Not in one expression, because `argument` moves `at` too.
      const length = argument(low)
      at += length
    } else if (major === 7) simple(low)
    else throw new Error('bytes, a tag or another value that JSON does not have')
    if (at > bytes.length) throw new Error('too short')
    open.leaf(major === 3)
  }
  if (at !== bytes.length) throw new Error('too long')
}
