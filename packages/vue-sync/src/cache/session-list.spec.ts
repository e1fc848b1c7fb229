import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownSession } from './records.ts'
import { putFirst } from './session-list.ts'

const LIMITS = { maxSize: 100, maxSessions: 4 }

function known(id: string, asOf: number, size = 10, epoch = `epoch of ${id}`): KnownSession {
  return { id, link: `http://${id}/`, asOf, size, epoch }
}
const ids = (list: KnownSession[]) => list.map(({ id }) => id)

describe('the list of sessions', () => {
  it('has each session once, the latest first', () => {
    const before = [known('a', 1), known('b', 3), known('c', 2)]
    expect(ids(putFirst(before, known('a', 4), LIMITS).list)).toEqual(['a', 'b', 'c'])
  })

  it('removes the oldest states, and keeps their sessions', () => {
    const before = [known('old', 1, 60), known('new', 2, 30)]
    const { list, dropped } = putFirst(before, known('now', 3, 50), LIMITS)
    expect(list.map(({ id, size }) => [id, size])).toEqual([
      ['now', 50],
      ['new', 30],
      ['old', 0],
    ])
    expect(dropped).toEqual(['old'])
  })

  it('removes the oldest session when there are too many', () => {
    const before = ['a', 'b', 'c', 'd'].map((id, at) => known(id, at))
    const { list, dropped } = putFirst(before, known('e', 9), LIMITS)
    expect([ids(list), dropped]).toEqual([['e', 'd', 'c', 'b'], ['a']])
  })

  it('replaces the address of a relay that has moved, for the same page load of the host', () => {
    const before = [known('10.0.0.1', 1, 10, 'same'), known('other', 0)]
    const { list, dropped } = putFirst(before, known('10.0.0.2', 2, 10, 'same'), LIMITS)
    expect([ids(list), dropped]).toEqual([['10.0.0.2', 'other'], ['10.0.0.1']])
  })

  it('keeps a session with other keys, although a relay sends its epoch', () => {
    const kept = { ...known('a', 1, 10, 'same'), link: 'https://a/#k=x' }
    const other = (link: string) => ({ ...known('b', 2, 10, 'same'), link })
    for (const link of ['https://b/#k=y', 'https://b/#k=x&e=z', 'https://b/#s=show&k=x'])
      expect(putFirst([kept], other(link), LIMITS).dropped).toEqual([])
    expect(putFirst([kept], other('https://b/#k=x'), LIMITS).dropped).toEqual(['a'])
  })

  it('replaces a link whose secret is no longer used, and no link with a secret by one without', () => {
    const at = (id: string, link: string) => ({ ...known(id, 1), link })
    const plain = at('plain', 'http://a:9876/#k=x')
    const old = at('old', 'https://a:9876/#k=x&e=1')
    const now = at('now', 'https://a:9876/#k=y&e=2')
    const elsewhere = at('elsewhere', 'https://a:9877/#k=x&e=1')
    expect(putFirst([plain, old, elsewhere], now, LIMITS).dropped).toEqual(['plain', 'old'])
    expect(putFirst([old], plain, LIMITS).dropped).toEqual([])
  })

  it('stays within its limits, keeps the new entry, and reports all removed states', () => {
    const record = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      link: fc.constant('http://x/'),
      asOf: fc.nat(20),
      size: fc.nat(100),
      epoch: fc.constantFrom('1', '2', '3', '4', '5', '6'),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(record, { selector: ({ id }) => id, maxLength: 6 }),
        record,
        (before, entry) => {
          const { list, dropped } = putFirst(before, entry, LIMITS)
          expect(list[0]).toEqual(entry)
          expect(list.length).toBeLessThanOrEqual(LIMITS.maxSessions)
          expect(list.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(LIMITS.maxSize)
          const kept = new Set(list.filter(({ size }) => size > 0).map(({ id }) => id))
          const gone = before.filter(({ id, size }) => size > 0 && id !== entry.id && !kept.has(id))
          expect(dropped).toEqual(expect.arrayContaining(gone.map(({ id }) => id)))
          expect(dropped.some((id) => kept.has(id))).toBe(false)
        },
      ),
    )
  })
})
