import { createOpenContainers } from './open-containers.ts'

/**
 * Checks the outline of a MessagePack document before it is decoded, because a decoder allocates what a few
 * bytes announce. Accepts only what JSON has: no binary, no extensions, no text as numbers.
 *
 * @throws Error for any other document
 */
export function checkMsgpack(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const open = createOpenContainers()
  let at = 0

  /** Reads a length of 1, 2 or 4 bytes. */
  function length(size: number): number {
    at += size
    return size === 1
      ? view.getUint8(at - 1)
      : size === 2
        ? view.getUint16(at - 2)
        : view.getUint32(at - 4)
  }
  function skip(count: number, isText = false): void {
    at += count
    if (at > bytes.length) throw new Error('too short')
    open.leaf(isText)
  }
  const enter = (count: number, isMap: boolean): void => open.enter(count, isMap, bytes.length - at)
  /** A number between the safe integers could differ from the one that was sent. */
  function longInteger(value: number): void {
    if (!Number.isSafeInteger(value)) throw new Error('an integer beyond 2^53')
    skip(8)
  }
  function float(value: number, size: number): void {
    if (!Number.isFinite(value)) throw new Error('NaN or Infinity')
    skip(size)
  }

  while (!open.isDone) {
    const token = view.getUint8(at++)
    if (token < 0x80 || token >= 0xe0) skip(0)
    else if (token < 0xa0) enter(token & 0x0f, token < 0x90)
    else if (token < 0xc0) skip(token & 0x1f, true)
    else if (token === 0xc0 || token === 0xc2 || token === 0xc3) skip(0)
    else if (token === 0xca) float(view.getFloat32(at), 4)
    else if (token === 0xcb) float(view.getFloat64(at), 8)
    else if (token === 0xcf) longInteger(Number(view.getBigUint64(at)))
    else if (token === 0xd3) longInteger(Number(view.getBigInt64(at)))
    // Integers: unsigned, then signed, of 1, 2 and 4 bytes.
    else if (token >= 0xcc && token <= 0xd3) skip(1 << (token & 3))
    else if (token >= 0xd9 && token <= 0xdb) skip(length(1 << (token - 0xd9)), true)
    else if (token >= 0xdc) enter(length(token & 1 ? 4 : 2), token >= 0xde)
    else throw new Error('bytes, an extension or another value that JSON does not have')
  }
  if (at !== bytes.length) throw new Error('too long')
}
