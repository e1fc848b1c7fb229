import { expect, it } from 'vitest'
import { labelOf } from './previews.ts'

it('quotes an empty name, which would be invisible', () => {
  expect(labelOf('')).toBe('""')
  expect(labelOf('id')).toBe('id')
  expect(labelOf(' ')).toBe(' ')
})
