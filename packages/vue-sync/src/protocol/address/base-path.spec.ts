import { expect, it } from 'vitest'
import { isBase } from './base-path.ts'

it.each(['', '/sync', '/__sync', '/a/b', '/A.b~c-d', '/.hidden', '/...', `/${'a'.repeat(64)}`])(
  '%j is a base path',
  (path) => {
    expect(isBase(path)).toBe(true)
  },
)

it.each([
  '/',
  '/sync/',
  'sync',
  '//sync',
  '/a//b',
  '/.',
  '/..',
  '/a/../b',
  '/s',
  '/s/name',
  '/sync/s/name',
  '/sync/s',
  '/a b',
  '/a%20b',
  '/ä',
  '/sync?x',
  '/sync#x',
  `/${'a'.repeat(65)}`,
  '/a'.repeat(9),
])('%j is no base path', (path) => {
  expect(isBase(path)).toBe(false)
})
