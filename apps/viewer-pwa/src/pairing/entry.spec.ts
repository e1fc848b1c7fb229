import { describe, expect, it } from 'vitest'
import { candidatesFor, isAddress, isWholeCode, readTypedCode } from './entry.ts'

describe('a typed text', () => {
  it.each(['K7Q4MX', 'k7q-4mx', 'K7Q4M', 'hello', 'K7Q 4MX.', 'Ｋ７Ｑ４ＭＸ', ''])(
    'without dot, colon and slash is a code: %j',
    (text) => expect(isAddress(text)).toBe(false),
  )
  it.each(['192.168.1.5', 'laptop.local', '[fe80::1]:9876', 'laptop/s/show', 'http://a/#k=x'])(
    'with one of them is an address: %j',
    (text) => expect(isAddress(text)).toBe(true),
  )
})

describe('a text in the field for addresses', () => {
  it.each(['TSS4AK', 'tss4ak', ' TSS 4AK', 'ＴＳＳ４ＡＫ'])(
    'that has the form of a code is one: %j',
    (text) => expect(isWholeCode(text)).toBe(true),
  )
  it.each(['studio', 'localhost', 'laptop', 'tss4akx', 'tss4a', 'tss-4ak', 'pi', ''])(
    'is the name of a computer otherwise: %j',
    (text) => expect(isWholeCode(text)).toBe(false),
  )
})

describe('a typed code', () => {
  it.each([
    ['k7q-4mx', { characters: 'K7Q4MX' }],
    ['K7Q — 4MX', { characters: 'K7Q4MX' }],
    ['Ｋ７Ｑ４ＭＸ', { characters: 'K7Q4MX' }],
    ['k7q\u200B4mx', { characters: 'K7Q4MX' }],
    ['oil', { characters: '011', replaced: { letter: 'O', digit: '0' } }],
    ['k7u', { characters: 'K7U', strange: 'U', meant: 'V' }],
    ['k7ß', { characters: 'K7SS', strange: 'SS' }],
    ['k!', { characters: 'K!', strange: '!' }],
  ])('%j is read as %j', (typed, reading) => {
    expect(readTypedCode(typed)).toEqual(reading)
  })
})

const PLAIN = { home: 'http://10.0.0.9:9876', protocol: 'http:' }
const SECURE = { home: 'https://viewer.example', protocol: 'https:' }

describe('the links that an address can mean', () => {
  it.each([
    ['192.168.1.5', ['http://192.168.1.5:9876/', 'http://192.168.1.5/']],
    ['laptop.local', ['http://laptop.local:9876/', 'http://laptop.local/']],
    ['laptop.local/s/show', ['http://laptop.local:9876/#s=show', 'http://laptop.local/#s=show']],
    ['http://192.168.1.5', ['http://192.168.1.5:9876/', 'http://192.168.1.5/']],
    ['https://show.example', ['https://show.example:9876/', 'https://show.example/']],
    ['fe80::1', ['http://[fe80::1]:9876/', 'http://[fe80::1]/']],
    ['[fe80::1]:9876', ['http://[fe80::1]:9876/']],
    ['192.168.1.5:80', ['http://192.168.1.5/']],
    ['10.0.0.9', ['http://10.0.0.9:9876/']],
  ])('%s: port 9876 first, then the scheme’s own port', (typed, links) => {
    expect(candidatesFor(typed, PLAIN)).toEqual({ links, isExact: false })
  })

  it.each([
    [
      'example.com/sync',
      ['https://example.com/sync/', 'http://example.com/sync/', 'http://example.com:9876/sync/'],
    ],
    [
      'http://[fd00::5]/sync/s/a',
      ['http://[fd00::5]/sync/#s=a', 'http://[fd00::5]:9876/sync/#s=a'],
    ],
    ['10.0.0.1:80/sync', ['http://10.0.0.1/sync/']],
  ])('%s: below a base path, the scheme’s own port first', (typed, links) => {
    expect(candidatesFor(typed, PLAIN)).toEqual({ links, isExact: false })
  })

  it.each([
    ['example.com', 'https://example.com/sync/'],
    ['example.com/', 'https://example.com/sync/'],
    ['Example.com/s/a', 'https://example.com/sync/#s=a'],
    ['example.com/sync', 'https://example.com/sync/'],
    ['example.com/other/', 'https://example.com/other/'],
  ])('%s: on a page of that host, the relay of the page or the written path', (typed, link) => {
    const page = { home: 'https://example.com/sync', protocol: 'https:' }
    expect(candidatesFor(typed, page)).toEqual({ links: [link], isExact: false })
  })

  it('are for https on a page that came over https', () => {
    expect(candidatesFor('192.168.1.5', SECURE).links).toEqual([
      'https://192.168.1.5:9876/',
      'https://192.168.1.5/',
    ])
  })

  it.each([
    ['http://192.168.1.5/#k=abc', 'http://192.168.1.5/#k=abc'],
    ['Watch it: https://show.example/#s=a&k=b', 'https://show.example/#s=a&k=b'],
    ['javascript:alert(1)', 'javascript:alert(1)'],
  ])('of %s is the link itself', (typed, link) => {
    expect(candidatesFor(typed, PLAIN)).toEqual({ links: [link], isExact: true })
  })
})
