import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHeader } from './codec.ts'
import { applyReceipt, nextSlice, sliceSent, startTransfer } from './part-sender.ts'
import {
  addPart,
  type Assembly,
  formatPart,
  joinParts,
  PART_BYTES,
  readPart,
  readReceipt,
} from './parts.ts'

const message = { type: 'session_update', epoch: 'e', seq: 3 } as const

function frameOf(header: Parameters<typeof formatPart>[0], slice: Uint8Array): Uint8Array {
  const line = formatPart(header)
  const frame = new Uint8Array(line.length + slice.length)
  frame.set(line)
  frame.set(slice, line.length)
  return frame
}

describe('a part', () => {
  it('is read back, and is no state frame', () => {
    const header = { id: 7, at: 0, total: 5000, text: true, message }
    const frame = frameOf(header, new Uint8Array(1500).fill(0x0a))
    expect(readPart(frame)).toEqual({
      header: { type: 'part', ...header },
      slice: new Uint8Array(1500).fill(0x0a),
    })
    expect(readHeader(frame)).toBeUndefined()
  })

  it.each([
    ['a state frame', { ...message }],
    ['another type', { type: 'parts', id: 1, at: 1, total: 2 }],
    ['a negative index', { type: 'part', id: 1, at: -1, total: 2 }],
    ['no length', { type: 'part', id: 1, at: 1 }],
    ['a first part without a message', { type: 'part', id: 1, at: 0, total: 2 }],
    [
      'a first part of a status',
      { type: 'part', id: 1, at: 0, total: 2, message: { type: 'status' } },
    ],
    ['a list', []],
  ])('is not read from %s', (_, header) => {
    const frame = new TextEncoder().encode(`${JSON.stringify(header)}\nx`)
    expect(readPart(frame)).toBeUndefined()
  })

  it.each(['', '{', 'x\n', `${' '.repeat(600)}\n`])('is not read from the text %j', (text) => {
    expect(readPart(new TextEncoder().encode(text))).toBeUndefined()
  })
})

describe('a receipt', () => {
  it('is read, and nothing else is', () => {
    const receipt = { type: 'received', id: 1, bytes: 2 }
    expect(readReceipt(JSON.stringify(receipt))).toEqual(receipt)
    const others = [
      '{}',
      '[]',
      'null',
      '{"type":"received","id":1}',
      `${JSON.stringify(receipt)}${' '.repeat(200)}`,
    ]
    for (const text of [...others, new Uint8Array(3), undefined])
      expect(readReceipt(text)).toBeUndefined()
  })
})

describe('a message in parts', () => {
  it.each([true, false])('arrives as it was sent (text: %s)', (isText) => {
    fc.assert(
      fc.property(
        fc.integer({ min: PART_BYTES + 1, max: 20 * PART_BYTES }),
        fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1 }),
        (total, delays) => {
          const whole = Uint8Array.from({ length: total }, (__, at) => 32 + (at % 90))
          const transfer = startTransfer({ id: 1, total, isText, message })
          let assembly: Assembly | undefined
          let time = 0
          let parts = 0
          const received: number[] = []
          while (assembly?.received !== total) {
            for (;;) {
              const length = nextSlice(transfer, Infinity)
              if (length === 0) break
              const { sent: at } = transfer
              const head = { id: 1, at, total, ...(at === 0 && { text: isText, message }) }
              const part = readPart(frameOf(head, whole.subarray(at, at + length)))!
              assembly = addPart(assembly, part.header, part.slice)
              received.push(assembly!.received)
              sliceSent(transfer, length, time)
              expect(length).toBeLessThanOrEqual(PART_BYTES)
              expect(transfer.sent - transfer.received).toBeLessThanOrEqual(transfer.window)
            }
            time += delays[parts++ % delays.length]!
            if (received.length > 0)
              expect(applyReceipt(transfer, { id: 1, bytes: received.shift()! }, time)).toBe(true)
          }
          const joined = joinParts(assembly)
          expect(typeof joined === 'string').toBe(isText)
          const bytes = typeof joined === 'string' ? new TextEncoder().encode(joined) : joined
          expect(bytes.every((byte, at) => byte === whole[at])).toBe(true)
        },
      ),
      { numRuns: 15 },
    )
  })

  it('ends with a part that does not continue it', () => {
    const first = { type: 'part', id: 1, at: 0, total: 5000, message } as const
    const slice = new Uint8Array(2000)
    const next = { type: 'part', id: 1, at: 2000, total: 5000 } as const
    const begin = () => addPart(undefined, first, slice)
    expect(addPart(begin(), next, slice)?.received).toBe(4000)
    expect(addPart(begin(), { ...next, id: 2 }, slice)).toBeUndefined()
    expect(addPart(begin(), { ...next, at: 1999 }, slice)).toBeUndefined()
    expect(addPart(begin(), { ...next, total: 6000 }, slice)).toBeUndefined()
    expect(addPart(begin(), next, new Uint8Array(3001))).toBeUndefined()
    expect(addPart(begin(), next, new Uint8Array(10))).toBeUndefined()
    expect(addPart(undefined, next, slice)).toBeUndefined()
    expect(addPart(begin(), { ...first, id: 2 }, slice)).toMatchObject({ id: 2, received: 2000 })
  })
})

describe('a sender of parts', () => {
  it('keeps about a second of a slow link on its way, and a megabyte of a quick one', () => {
    for (const [rate, least, most] of [
      [50, 40_000, 110_000],
      [2, 16_000, 20_000],
      [100_000, 1_048_576, 1_048_576],
    ] as const) {
      const transfer = startTransfer({ id: 1, total: 1e9, isText: true, message })
      const queue: { end: number; arrives: number }[] = []
      let now = 0
      for (let round = 0; round < 2000; round++) {
        for (let length = nextSlice(transfer, Infinity); length > 0;) {
          const before = Math.max(now, queue.at(-1)?.arrives ?? 0)
          sliceSent(transfer, length, now)
          queue.push({ end: transfer.sent, arrives: before + length / rate })
          length = nextSlice(transfer, Infinity)
        }
        const { end, arrives } = queue.shift()!
        now = arrives
        applyReceipt(transfer, { id: 1, bytes: end }, now)
      }
      expect(transfer.window).toBeGreaterThanOrEqual(least)
      expect(transfer.window).toBeLessThanOrEqual(most)
    }
  })

  it('ignores receipts for bytes that it did not send, and of another message', () => {
    const transfer = startTransfer({ id: 1, total: 200_000, isText: true, message })
    sliceSent(transfer, 1000, 0)
    for (const receipt of [
      { id: 1, bytes: 1001 },
      { id: 2, bytes: 500 },
      { id: 1, bytes: 0 },
    ])
      expect(applyReceipt(transfer, receipt, 1)).toBe(false)
    expect(transfer.received).toBe(0)
  })
})
