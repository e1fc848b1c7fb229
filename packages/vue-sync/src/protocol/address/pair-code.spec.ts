import { describe, expect, it } from 'vitest'
import { formatPairCode, randomPairCode, readPairCode } from './pair-code.ts'

describe('a pairing code', () => {
  it('is read in any case, with spaces and dashes', () => {
    for (let round = 0; round < 500; round++) {
      const code = randomPairCode()
      const shown = formatPairCode(code)
      for (const typed of [code, shown, shown.toLowerCase(), ` ${shown.replace(' ', '-')}\n`])
        expect(readPairCode(typed)).toBe(code)
    }
  })

  it('accepts characters that look alike', () => {
    expect(readPairCode('oil o1l')).toBe('011011')
  })

  it.each(['', 'K7Q4M', 'K7Q4MXX', 'K7Q4MU', 'K7Q.4MX', 'http://10.0.0.1:9876/', '🙂🙂🙂'])(
    'is not %j',
    (typed) => {
      expect(readPairCode(typed)).toBeUndefined()
    },
  )
})
