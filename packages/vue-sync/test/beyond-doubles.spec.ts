import { Encoder } from 'cbor-x'
import { Packr } from 'msgpackr'
import { expect, it } from 'vitest'
import { cbor } from '../src/codecs/cbor.ts'
import { msgpack } from '../src/codecs/msgpack.ts'
import { decodeFrame, encodeFrame, parseJson, parseMessage } from '../src/protocol/index.ts'

const position = { type: 'session_update', epoch: 'e', seq: 1 } as const
const SMALL = [
  '1e308',
  '-1.5E+308',
  '1e-999',
  `0.${'0'.repeat(400)}1e400`,
  '9'.repeat(300),
  '1e0300',
]
const HUGE = [
  '1e309',
  '-1e999',
  '1E+0999',
  '1.5e1000',
  '9'.repeat(400),
  `-${'9'.repeat(400)}`,
  `${'9'.repeat(250)}e99`,
  `${'9'.repeat(250)}.5e60`,
]
/** Text that only looks like such a number. */
const TEXT = JSON.stringify({ a: `1e999 ${'9'.repeat(400)}`, [`1e999`]: 1 })

function textOf(number: string): string {
  return JSON.stringify({ ...position, payload: { s: { a: [{ n: 0 }] } } }).replace(
    '"n":0',
    `"n":${number}`,
  )
}

/** A binary frame whose body is JSON. */
function frameOf(number: string): Uint8Array {
  const body = textOf(number).replace(/"type".*?"seq":1,/, '')
  return new TextEncoder().encode(`${JSON.stringify(position)}\n${body}`)
}

it.each([...SMALL, TEXT])('parses %.40s', (text) => {
  expect(parseJson(text)).toEqual(JSON.parse(text))
  expect(parseJson(`[${text}]`)).toEqual([JSON.parse(text)])
})

it.each(HUGE)('drops a message with the number %.20s, as text and as a binary frame', (number) => {
  const bad: string[] = []
  expect(parseMessage(textOf(number), (part) => bad.push(part))).toBeUndefined()
  expect(bad).toEqual(['JSON'])
  expect(decodeFrame(frameOf(number), [], { onDropped: (part) => bad.push(part) })).toBeUndefined()
  expect(bad[1]).toMatch(/^frame/)
  expect(() => parseJson(number)).toThrow()
})

it('reads the same frames with a number that a double can hold', () => {
  expect(parseMessage(textOf('1e300'))).toMatchObject({ payload: { s: { a: [{ n: 1e300 }] } } })
  expect(decodeFrame(frameOf('1e300'), [])).toMatchObject({ payload: { s: { a: [{ n: 1e300 }] } } })
})

it.each([Number.NaN, Infinity, -Infinity])('drops a message with %s in every codec', (n) => {
  for (const [codec, encode] of [
    [msgpack(), (body: object) => new Packr({ useRecords: false }).pack(body)],
    [cbor(), (body: object) => new Encoder({ useRecords: false }).encode(body)],
  ] as const) {
    const foreign = { ...codec, encode }
    const message = (value: number) =>
      encodeFrame({ ...position, payload: { s: { a: [{ n: value }] } } }, { codec: foreign })
    expect(decodeFrame(message(1) as Uint8Array, [codec])).toBeDefined()
    expect(decodeFrame(message(n) as Uint8Array, [codec])).toBeUndefined()
  }
})

it('searches a long text in linear time', () => {
  const text = `[${Array.from({ length: 20_000 }, () => '1'.repeat(199)).join()}]`
  const began = performance.now()
  parseJson(text)
  expect(performance.now() - began).toBeLessThan(1500)
})
