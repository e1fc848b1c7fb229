import { describe, expect, it } from 'vitest'
import { createFormats } from './formats.ts'

const NOW = new Date(2026, 10, 24, 14, 5).getTime()

describe('formats', () => {
  it.each([
    ['en-GB', 5000, '5,000 items'],
    ['en-GB', 1, '1 item'],
    ['de', 5000, '5.000 items'],
  ])('%s: %d becomes “%s”', (locale, value, text) => {
    expect(createFormats(locale).plural(value, { one: '# item', other: '# items' })).toBe(text)
  })

  it('picks the forms that a language has', () => {
    const { plural } = createFormats('ar')
    const forms = { zero: 'z', one: 'o', two: 't', few: 'f', many: 'm', other: 'x' }
    expect([0, 1, 2, 3, 11, 100].map((value) => plural(value, forms)).join('')).toBe('zotfmx')
  })

  it.each([
    ['en-GB', 40_000, '40 sec ago'],
    ['en-GB', -130_000, 'in 2 min'],
    ['en-GB', 172_799_000, '47 hr ago'],
    ['en-GB', 172_800_000, '2 days ago'],
    ['de', 60_000, 'vor 1 Min.'],
  ])('%s: %d ms become “%s”', (locale, milliseconds, text) => {
    expect(createFormats(locale).elapsed(milliseconds)).toBe(text)
  })

  it.each([
    ['en', 3.12e6, 16 * 1024 ** 2, '3.1', '16.8 MB'],
    ['en', 131_072, 800_000, '131', '800 kB'],
    ['fr', 131_072, 800_000, '131', '800\u202Fko'],
  ])('%s: %d of %d bytes become “%s” of “%s”', (locale, received, total, ...texts) => {
    expect(createFormats(locale).amounts(received, total)).toEqual(texts)
  })

  it.each([
    [new Date(2026, 10, 24, 14, 2).getTime(), '14:02'],
    [new Date(2026, 10, 23, 9, 30).getTime(), '23 Nov, 09:30'],
    [new Date(2026, 0, 2, 23, 59).getTime(), '2 Jan, 23:59'],
  ])('%d becomes “%s”', (time, text) => {
    expect(createFormats('en-GB').clock(time, NOW)).toBe(text)
  })
})
