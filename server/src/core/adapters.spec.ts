import type { Message } from 'crossws'
import fc from 'fast-check'
import { encodeFrame, type StateMessage } from '@vue-sync/vue/protocol'
import { expect, it } from 'vitest'
import { toFrame } from './adapters.ts'

const asMessage = (rawData: unknown) => ({ rawData }) as Message
const bytesOf = (text: string) => new TextEncoder().encode(text)

const payloads = fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.jsonValue()))
const messages: fc.Arbitrary<StateMessage> = fc.record({
  type: fc.constantFrom('session_update', 'config_update'),
  epoch: fc.string({ minLength: 1, maxLength: 64 }).filter((epoch) => /^.+$/.test(epoch)),
  seq: fc.nat(),
  payload: payloads,
}) as fc.Arbitrary<StateMessage>

it('finds text in bytes, however the JSON is formatted', () => {
  fc.assert(
    fc.property(
      messages,
      fc.nat(4),
      fc.constantFrom('', '\n', '\n\n {}'),
      (message, indent, end) => {
        const text = JSON.stringify(message, undefined, indent) + end
        expect(toFrame(asMessage(Buffer.from(text)))).toBe(text)
      },
    ),
  )
})

it.each(['{"type":"status","payload":{}}\n', '', '[]', 'junk \n junk', '\uFEFF{}', '{\n}'])(
  'finds the text %j in bytes',
  (text) => {
    expect(toFrame(asMessage(bytesOf(text)))).toBe(text)
    expect(toFrame(asMessage(text))).toBe(text)
  },
)

it('leaves binary frames as they are', () => {
  const codec = { name: 'bytes', decode: () => ({}) }
  fc.assert(
    fc.property(messages, fc.option(fc.uint8Array()), (message, body) => {
      const frame = encodeFrame(message, {
        binary: true,
        ...(body && { codec: { ...codec, encode: () => body } }),
      }) as Uint8Array<ArrayBuffer>
      expect(toFrame(asMessage(frame))).toEqual(frame)
      const { buffer } = frame.slice()
      expect(toFrame(asMessage(buffer))).toEqual(frame)
    }),
  )
})

it('leaves bytes that are not UTF-8 as they are', () => {
  expect(toFrame(asMessage(Buffer.from([1, 0xff])))).toEqual(Buffer.from([1, 0xff]))
})
