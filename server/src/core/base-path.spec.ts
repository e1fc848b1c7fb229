import { describe, expect, it } from 'vitest'
import { belowBase, readBase, wayUp } from './base-path.ts'

describe('a base path', () => {
  it.each([
    ['/sync', '/sync'],
    ['/sync/', '/sync'],
    ['sync', '/sync'],
    ['a/b/', '/a/b'],
    ['/', ''],
    ['', ''],
  ])('%j is read as %j', (text, base) => {
    expect(readBase(text)).toBe(base)
  })

  it.each(['///', '/a//b', '/s', '/a/s/b', '/a b', '/../a', 'https://example.com/sync', '/a?b'])(
    '%j is refused, with the name of the option',
    (text) => {
      expect(() => readBase(text, '--base')).toThrow(/--base must be a path like \/sync, not /)
    },
  )
})

it.each([
  ['/sync/status?x=1', '/sync', '/status?x=1'],
  ['/sync/', '/sync', '/'],
  ['/sync', '/sync', undefined],
  ['/sync?x', '/sync', undefined],
  ['/synced/', '/sync', undefined],
  ['/other', '/sync', undefined],
  ['/', '/sync', undefined],
  ['*', '/sync', undefined],
  ['/status', '', '/status'],
])('the part of %j below %j is %j', (target, base, rest) => {
  expect(belowBase(target, base)).toBe(rest)
})

it.each([
  ['/', './'],
  ['/setup', './'],
  ['/s/show', '../'],
  ['/s/show/', '../../'],
])('the way up from %j leads to the base', (pathname, way) => {
  expect(wayUp(pathname)).toBe(way)
  for (const base of ['', '/sync'])
    expect(new URL(way, `http://h${base}${pathname}`).pathname).toBe(`${base}/`)
})
