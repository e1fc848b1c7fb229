import { expect, it } from 'vitest'
import { readName } from './session-name.ts'

it.each([
  ['Final', 'Final'],
  ['  two\nlines\u0000 ', 'two lines'],
  ['', undefined],
  [' \t ', undefined],
  [7, undefined],
  [null, undefined],
  ['x'.repeat(100), 'x'.repeat(80)],
  ['🙂'.repeat(100), '🙂'.repeat(80)],
])('reads the name in %j', (value, name) => {
  expect(readName(value)).toBe(name)
})
