import { describe, expect, it } from 'vitest'
import { isLongKey } from './key-strength.ts'
import { generateKey } from './keys.ts'

describe('a key that no client can guess', () => {
  it('is every generated key', () => {
    const keys = Array.from({ length: 10_000 }, generateKey)
    expect(keys.filter((key) => !isLongKey(key))).toEqual([])
  })

  it.each(['', 'secret', 'correct horse battery', 'a'.repeat(100), '1234567890'.repeat(3)])(
    'is not %j',
    (key) => {
      expect(isLongKey(key)).toBe(false)
    },
  )

  it.each(['6f1ed002ab5595859014ebf0951522d9', 'correct-horse-battery-staple'])(
    'is also %j',
    (key) => {
      expect(isLongKey(key)).toBe(true)
    },
  )
})
