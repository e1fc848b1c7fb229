import { describe, expect, it } from 'vitest'
import { explain, hexLines } from './explain.ts'

describe('an explanation', () => {
  it.each<[unknown, object]>([
    ['https://example.org/a?b', { link: 'https://example.org/a?b' }],
    ['javascript:alert(1)', {}],
    ['https://', {}],
    ['see https://example.org', {}],
    ['#1a2B3c', { color: '#1a2B3c' }],
    ['rgb(1 2 3 / 50%)', { color: 'rgb(1 2 3 / 50%)' }],
    ['url(https://example.org/x.png)', {}],
    ['red', {}],
    ['#12345', {}],
    ['data:image/png;base64,AAAA', { image: 'data:image/png;base64,AAAA' }],
    ['data:text/html,<script>', {}],
    ['2026-11-26T07:00:00Z', { time: Date.UTC(2026, 10, 26, 7) }],
    ['2026-11-26', { time: Date.UTC(2026, 10, 26) }],
    ['2026-99-99', {}],
    ['{"a":1}', { json: { a: 1 } }],
    ['[1', {}],
    ['7', {}],
    ['', {}],
    [1_790_000_000_000, { time: 1_790_000_000_000 }],
    [5000, {}],
    [new Date(5), { time: 5 }],
    [new Date(Number.NaN), {}],
    [null, {}],
  ])('of %o is %o', (value, expected) => {
    expect(explain(value)).toEqual(expected)
  })

  it('shows bytes', () => {
    expect(hexLines(new TextEncoder().encode('Hello, you\n'), 512)).toBe(
      '0000  48 65 6c 6c 6f 2c 20 79  Hello, y\n0008  6f 75 0a                 ou.',
    )
    expect(hexLines(new Uint8Array(1000), 16).split('\n')).toHaveLength(2)
  })
})
