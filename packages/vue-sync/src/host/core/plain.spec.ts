import { describe, expect, it } from 'vitest'
import { formatPath, NOTHING, toPlain, wellFormed } from './plain.ts'

class Point {
  x = 1
  get double() {
    return this.x * 2
  }
}

function plain(value: unknown) {
  const reported: string[] = []
  const result = toPlain(value, { key: 's' }, (kind, path) =>
    reported.push(`${formatPath(path)}: ${kind}`),
  )
  return { result, reported }
}

describe('toPlain', () => {
  it.each([[null], [true], ['text'], [1.5], [[]], [{}], [{ a: [{ b: null }] }]])(
    '%j is itself',
    (value) => {
      expect(plain(value)).toEqual({ result: value, reported: [] })
    },
  )

  it.each<[string, unknown, unknown]>([
    ['NaN', Number.NaN, null],
    ['Infinity', Infinity, null],
    ['Date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['Date', new Date(Number.NaN), null],
    ['undefined', undefined, NOTHING],
    ['bigint', 1n, NOTHING],
    ['symbol', Symbol('x'), NOTHING],
    ['function', () => {}, NOTHING],
    ['Map', new Map(), NOTHING],
    ['Set', new Set(), NOTHING],
    ['RegExp', /x/, NOTHING],
    ['Error', new Error('x'), NOTHING],
    ['Uint8Array', new Uint8Array(1), NOTHING],
    ['Promise', Promise.resolve(), NOTHING],
  ])('reports a %s', (kind, value, result) => {
    expect(plain(value)).toEqual({ result, reported: [`store "s": ${kind}`] })
  })

  it('reports the path in the store', () => {
    const { reported } = plain({ a: [1, { b: new Map() }] })
    expect(reported).toEqual(['store "s", a[1].b: Map'])
  })

  it('copies the fields of a class instance, as JSON does', () => {
    expect(plain({ p: new Point() }).result).toEqual({ p: { x: 1 } })
  })

  it('leaves out a cycle, but keeps a value that occurs twice', () => {
    const shared = { n: 1 }
    const ring: Record<string, unknown> = { a: shared, b: shared }
    ring['ring'] = ring
    expect(plain(ring)).toEqual({
      result: { a: { n: 1 }, b: { n: 1 } },
      reported: ['store "s", ring: cycle'],
    })
  })
})

it('replaces half pairs of UTF-16 in strings and keys, for codecs that cannot carry them', () => {
  const halves = { 'a\ud83d': ['\ude00', 'x\ud83dy', '😀', '\ude00\ud83d'] }
  const form = { text: wellFormed }
  expect(toPlain(halves, { key: 's' }, () => {}, form)).toEqual({
    'a\ufffd': ['\ufffd', 'x\ufffdy', '😀', '\ufffd\ufffd'],
  })
  expect(toPlain(halves, { key: 's' }, () => {})).toEqual(halves)
})
