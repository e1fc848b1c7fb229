import { describe, expect, it } from 'vitest'
import { NOTHING, tellPath, toPlain } from './plain.ts'

class Point {
  x = 1
  get double() {
    return this.x * 2
  }
}

function plain(value: unknown) {
  const told: string[] = []
  const result = toPlain(value, { key: 's' }, (kind, path) =>
    told.push(`${tellPath(path)}: ${kind}`),
  )
  return { result, told }
}

describe('toPlain', () => {
  it.each([[null], [true], ['text'], [1.5], [[]], [{}], [{ a: [{ b: null }] }]])(
    '%j is itself',
    (value) => {
      expect(plain(value)).toEqual({ result: value, told: [] })
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
  ])('names a %s', (kind, value, result) => {
    expect(plain(value)).toEqual({ result, told: [`store "s": ${kind}`] })
  })

  it('tells where in the store', () => {
    const { told } = plain({ a: [1, { b: new Map() }] })
    expect(told).toEqual(['store "s", a[1].b: Map'])
  })

  it('takes the fields of an instance, as JSON does', () => {
    expect(plain({ p: new Point() }).result).toEqual({ p: { x: 1 } })
  })

  it('cuts a cycle, not a shared value', () => {
    const shared = { n: 1 }
    const ring: Record<string, unknown> = { a: shared, b: shared }
    ring['ring'] = ring
    expect(plain(ring)).toEqual({
      result: { a: { n: 1 }, b: { n: 1 } },
      told: ['store "s", ring: cycle'],
    })
  })
})
