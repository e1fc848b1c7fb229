import { describe, expect, it } from 'vitest'
import { formatPath, MOST_LEVELS, NOTHING, toPlain } from './plain.ts'

class Money {
  readonly #amount = 5
  toJSON() {
    return `${this.#amount} €`
  }
}

function selfJson() {
  return {
    n: 1,
    toJSON() {
      return this
    },
  }
}

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

  it('reports the path in the store, without the indexes of a list', () => {
    const { reported } = plain({ a: [1, { b: new Map() }] })
    expect(reported).toEqual(['store "s", a[].b: Map'])
  })

  it('leaves out undefined without a report, but reports that it is null in a list', () => {
    expect(plain(undefined)).toEqual({ result: NOTHING, reported: [] })
    expect(plain({ a: undefined, b: 1 })).toEqual({ result: { b: 1 }, reported: [] })
    expect(plain([undefined, 1])).toEqual({
      result: [null, 1],
      reported: ['store "s", []: undefined'],
    })
  })

  it('fills the holes of a list with null, as JSON does', () => {
    // oxlint-disable-next-line no-sparse-arrays -- the hole is what is tested
    expect(plain([1, , 3]).result).toEqual([1, null, 3])
  })

  it('gives zero without a sign', () => {
    expect(Object.is(plain(-0).result, 0)).toBe(true)
  })

  it.each<[string, unknown, unknown]>([
    ['a boxed number', Object(1), 1],
    ['a boxed text', Object('x'), 'x'],
    ['a URL', new URL('https://a.example/b'), 'https://a.example/b'],
    ['a toJSON that gives an object', { toJSON: () => ({ a: { toJSON: () => 2 } }) }, { a: 2 }],
    ['a toJSON that gives the object itself', selfJson(), { n: 1 }],
    ['a toJSON that gives undefined', { toJSON: () => undefined }, NOTHING],
  ])('sends %s as JSON.stringify does', (_, value, result) => {
    expect(plain(value).result).toEqual(result)
  })

  it('gives toJSON the key, as JSON does', () => {
    const keyed = { toJSON: (key: string) => `at ${key}` }
    expect(plain({ a: keyed, b: [keyed] }).result).toEqual({ a: 'at a', b: ['at 0'] })
  })

  it('warns of class instances and of toJSON, and not of plain objects', () => {
    const { reported } = plain({ p: new Point(), q: Object.create(null), r: new Money() })
    expect(reported).toEqual(['store "s", p: Point', 'store "s", r: Money'])
    expect(plain({ r: new Money() }).result).toEqual({ r: '5 €' })
  })

  it('leaves out what throws, nests too deep or has a reserved name, and nothing beside it', () => {
    let deep: unknown = 'end'
    for (let level = 0; level < 2000; level++) deep = [deep]
    const state = {
      a: 1,
      get broken() {
        throw new Error('broken getter')
      },
      json: {
        toJSON() {
          throw new Error('broken toJSON')
        },
      },
      deep,
      ...(JSON.parse('{"own":{"__proto__":{"bad":1},"constructor":2}}') as object),
      z: 2,
    }
    const { result, reported } = plain(
      Object.defineProperties({}, Object.getOwnPropertyDescriptors(state)),
    )
    expect(reported).toEqual([
      'store "s", broken: thrown',
      'store "s", json: Object',
      'store "s", json: thrown',
      `store "s", deep${'[]'.repeat(MOST_LEVELS)}: nesting`,
      'store "s", own.__proto__: reserved',
    ])
    expect(result).toMatchObject({ a: 1, own: { constructor: 2 }, z: 2 })
    expect(Object.keys(result as object)).toEqual(['a', 'deep', 'own', 'z'])
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
