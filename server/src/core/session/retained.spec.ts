import { expect, it } from 'vitest'
import { createRetained, type Entry } from './retained.ts'

it('keeps the few large changes that a connected viewer lacks while there is no snapshot', () => {
  let lowest = Number.POSITIVE_INFINITY
  const retained = createRetained(16, () => lowest)
  let seq = 0
  const add = (bytes: number, snapshot = false): void => {
    const position = { epoch: 'e', seq: snapshot ? seq : ++seq }
    const entry: Entry = { position, bytes: new Uint8Array(bytes), binary: false, snapshot }
    expect(retained.add(entry)).toBe(true)
  }
  add(100, true)
  while (!retained.lacksSnapshot) add(100)
  // The viewer has everything until now, and then is slow.
  lowest = seq
  for (let count = 0; count < 10; count++) add(4096)
  const entry = retained.next({ epoch: 'e', seq: lowest })
  expect(entry?.position).toEqual({ epoch: 'e', seq: lowest + 1 })
  lowest = Number.POSITIVE_INFINITY
  add(4096)
  expect(retained.bytes).toBeLessThanOrEqual(16 * 1024)
})
