import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyJson } from '../../../test/json-arbitrary.ts'
import { MOST_DEPTH } from '../state/bounds.ts'
import { readMessageHead } from './head.ts'
import { type BadPart, parseMessage } from './parse.ts'

/** Makes a frame so long that it is not parsed. */
const FILL = 'x'.repeat(70_000)
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const headOf = (frame: string): unknown => {
  const { type, epoch, seq } = readMessageHead(frame) ?? {}
  return { type, epoch, seq }
}
const badOf = (frame: string): BadPart | undefined => {
  let bad: BadPart | undefined
  expect(readMessageHead(frame, (part) => (bad = part))).toBeUndefined()
  return bad
}

const head = { type: 'session_update', epoch: 'e', seq: 3 }
const whole = { ...head, payload: { s: { fill: FILL, list: [1, '}', { a: ']' }] }, t: {} } }

describe('the head of a long message', () => {
  it.each([
    ['as hosts write it', JSON.stringify(whole)],
    ['with white space', JSON.stringify(whole, undefined, '\t')],
    ['with its keys in any order', JSON.stringify({ payload: whole.payload, patch: [], ...head })],
    ['with escaped keys', JSON.stringify(whole).replace('"seq"', String.raw`"\u0073eq"`)],
    ['with unknown parts', JSON.stringify({ a: [{}], b: null, c: -1.5e3, ...whole, d: 'x' })],
    ['with a repeated key', JSON.stringify(whole).replace('"seq"', '"seq":9,"seq"')],
    ['with quotes in text', JSON.stringify({ ...whole, name: String.raw`\"{[\\` })],
  ])('is read %s', (_, frame) => {
    expect(parseMessage(frame)).toMatchObject(head)
    expect(headOf(frame)).toEqual(head)
  })

  it.each<[BadPart, string]>([
    ['JSON', JSON.stringify(whole).slice(0, -1)],
    ['JSON', `${JSON.stringify(whole)}}`],
    ['JSON', JSON.stringify(whole).replace('"list":[', '"list":{')],
    ['JSON', JSON.stringify(whole).replace('"seq":3', '"seq":')],
    ['JSON', JSON.stringify(whole).replace('"seq":3', '"seq":three')],
    ['JSON', JSON.stringify(whole).replace(']},"t', ']}"t')],
    ['JSON', `[${JSON.stringify(whole)}]`],
    ['JSON', FILL],
    ['nesting', JSON.stringify(whole).replace('[1', `[${nested(MOST_DEPTH)}`)],
    ['nesting', '['.repeat(100_000)],
    ['nesting', `{"payload":{"s":{"a":${'['.repeat(100_000)}`],
    ['type', JSON.stringify({ ...whole, type: 'other' })],
    ['epoch, seq', JSON.stringify({ ...whole, epoch: FILL })],
    ['epoch, seq', JSON.stringify({ ...whole, seq: -1 })],
    ['payload', JSON.stringify({ ...whole, payload: [FILL] })],
    ['payload', JSON.stringify({ ...whole, payload: { s: FILL } })],
    ['patch', JSON.stringify({ ...whole, patch: { a: 1 } })],
    ['payload', JSON.stringify({ type: 'status', payload: { name: FILL.repeat(20) } })],
  ])('is refused for bad %s', (part, frame) => {
    expect(badOf(frame)).toBe(frame.startsWith('[') && part === 'nesting' ? 'JSON' : part)
  })

  it('is the head that a parser finds, for any message', () => {
    const message = fc.record({ a: anyJson(), payload: fc.dictionary(fc.string(), fc.object()) })
    fc.assert(
      fc.property(message, fc.nat(), fc.boolean(), (parts, seq, first) => {
        const fill = { fill: FILL }
        const frame = JSON.stringify(
          first ? { ...head, seq, ...parts, fill } : { ...parts, fill, ...head, seq },
        )
        expect(headOf(frame)).toEqual({ ...head, seq })
      }),
    )
  })

  it('is read only from what a parser accepts, apart from the values, for any change of a byte', () => {
    const frame = JSON.stringify({ ...head, payload: { s: { a: [1, 'x', { b: null }] } } })
    fc.assert(
      fc.property(fc.nat(frame.length - 1), fc.string({ maxLength: 2 }), (at, text) => {
        const changed = `${frame.slice(0, at)}${text}${frame.slice(at + 1)}${' '.repeat(70_000)}`
        const parsed = parseMessage(changed)
        const read = readMessageHead(changed)
        if (parsed) expect(read).toMatchObject({ type: parsed.type, epoch: parsed.epoch })
        if (read) expect(read).toMatchObject({ payload: {} })
      }),
      { numRuns: 2000 },
    )
  })

  it('takes a fraction of the time of a parser', () => {
    const rows = Array.from({ length: 60_000 }, (_, id) => ({ id, name: `row ${id}`, done: false }))
    const frame = JSON.stringify({ ...head, payload: { s: { rows } } })
    const best = (work: () => unknown): number =>
      Math.min(
        ...Array.from({ length: 7 }, () => {
          const began = performance.now()
          work()
          return performance.now() - began
        }),
      )
    expect(best(() => readMessageHead(frame))).toBeLessThan(best(() => parseMessage(frame)) * 0.7)
  })
})
