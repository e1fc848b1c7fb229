import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatLink,
  formatSocketUrl,
  offerProtocols,
  parseLink,
  placeOf,
  randomId,
  randomSecret,
  readOffer,
  readPosition,
} from './address.ts'
import { readPath, readSession } from './base-path.ts'

/** `''` or a path such as `/a/b`. */
const base = fc
  .array(
    fc.stringMatching(/^[\w.~-]{1,64}$/).filter((segment) => !/^(?:s|\.{1,2})$/.test(segment)),
    { maxLength: 8 },
  )
  .map((segments) => segments.map((segment) => `/${segment}`).join(''))
const name = fc.stringMatching(/^[A-Za-z\d][\w.~-]{0,63}$/)

describe('subprotocols', () => {
  it('carry the role first, then any key', () => {
    const key = fc.string({ minLength: 1, unit: 'grapheme' })
    fc.assert(
      fc.property(fc.constantFrom('host' as const, 'viewer' as const), key, (role, secret) => {
        const offered = offerProtocols(role, secret)
        expect(offered[0]).toBe(`vue-sync.${role}.v1`)
        // What browsers accept as a subprotocol: RFC 7230 tokens.
        for (const entry of offered) expect(entry).toMatch(/^[\w.-]+$/)
        expect(readOffer(offered.join(', '))).toEqual({ role, protocol: offered[0], key: secret })
      }),
    )
  })

  it.each([
    [undefined, { role: 'viewer', protocol: undefined, key: undefined }],
    ['', { role: 'viewer', protocol: undefined, key: undefined }],
    ['vue-sync.host.v1', { role: 'host', protocol: 'vue-sync.host.v1', key: undefined }],
    ['vue-sync.viewer.v2', { role: undefined, protocol: 'vue-sync.viewer.v2', key: undefined }],
    ['chat', { role: undefined, protocol: 'chat', key: undefined }],
    // The key is never echoed.
    ['token.a2V5', { role: 'viewer', protocol: undefined, key: 'key' }],
    ['token.a2V5, token.YQ', { role: 'viewer', protocol: undefined, key: 'key' }],
    ['token.a2V5, vue-sync.host.v1', { role: 'host', protocol: 'vue-sync.host.v1', key: 'key' }],
    // RFC 6455 allows each entry once.
    [
      'vue-sync.host.v1, vue-sync.host.v1',
      { role: undefined, protocol: 'vue-sync.host.v1', key: undefined },
    ],
    ['vue-sync.host.v1, token.%%%', { role: 'host', protocol: 'vue-sync.host.v1', key: undefined }],
  ])('%j', (header, offer) => {
    expect(readOffer(header)).toEqual(offer)
  })
})

describe('sessions and positions', () => {
  it.each([
    ['/', 'default'],
    ['', 'default'],
    ['/s/show', 'show'],
    ['/s/show/', 'show'],
    ['/s/', undefined],
    ['/s/..', undefined],
    ['/s/a/b', undefined],
    ['/s/a%20b', undefined],
    ['/other', undefined],
    [`/s/${'x'.repeat(65)}`, undefined],
  ])('map path %j to session %j', (path, session) => {
    expect(readSession(path)).toBe(session)
  })

  it('are the same after being sent to the relay', () => {
    const epoch = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
    fc.assert(
      fc.property(base, name, epoch, fc.nat(), (base, session, of, seq) => {
        const url = new URL(
          formatSocketUrl({ relay: `ws://h:1${base}`, session }, { epoch: of, seq }),
        )
        expect(readPath(url.pathname)).toEqual({ base, session })
        // At most 64 code units, and no line break.
        if (/^.{1,64}$/.test(of)) expect(readPosition(url.searchParams)).toEqual({ epoch: of, seq })
      }),
    )
  })

  it.each([
    '',
    'epoch=e',
    'seq=1',
    'epoch=e&seq=',
    'epoch=e&seq=x',
    'epoch=e&seq=-1',
    'epoch=e&seq=1.5',
  ])('gives no position for %j', (query) => {
    expect(readPosition(new URLSearchParams(query))).toBeUndefined()
  })
})

describe('links', () => {
  it('are the same after formatting and parsing', () => {
    const key = fc.option(fc.string({ minLength: 1 }), { nil: undefined })
    fc.assert(
      fc.property(
        fc.constantFrom('ws://10.0.0.1:9876', 'wss://x.example'),
        base,
        name,
        key,
        fc.option(fc.constant(null).map(randomSecret), { nil: undefined }),
        (origin, base, session, k, secret) => {
          const relay = origin + base
          expect(parseLink(formatLink({ relay, session, key: k, secret }))).toEqual({
            relay,
            session,
            key: k,
            secret,
          })
        },
      ),
    )
  })

  it.each([
    ['192.168.1.5:9876', { relay: 'ws://192.168.1.5:9876', session: 'default' }],
    [' ws://h:1/s/show ', { relay: 'ws://h:1', session: 'show' }],
    ['https://h/#k=a%2Bb', { relay: 'wss://h', session: 'default', key: 'a+b' }],
    ['http://[::1]:9876/', { relay: 'ws://[::1]:9876', session: 'default' }],
    ['http://h/#s=show&k=x', { relay: 'ws://h', session: 'show', key: 'x' }],
    // Without scheme and port: the port of a relay. With one of them, what is written.
    ['192.168.1.5', { relay: 'ws://192.168.1.5:9876', session: 'default' }],
    ['192.168.1.5/s/show#k=x', { relay: 'ws://192.168.1.5:9876', session: 'show', key: 'x' }],
    ['laptop.local', { relay: 'ws://laptop.local:9876', session: 'default' }],
    ['[fd00::5]', { relay: 'ws://[fd00::5]:9876', session: 'default' }],
    ['[fd00::5]:80', { relay: 'ws://[fd00::5]', session: 'default' }],
    ['192.168.1.5:80', { relay: 'ws://192.168.1.5', session: 'default' }],
    ['ws://192.168.1.5', { relay: 'ws://192.168.1.5', session: 'default' }],
    ['https://show.example', { relay: 'wss://show.example', session: 'default' }],
    // Below a base path.
    ['https://h/sync/#s=show&k=x', { relay: 'wss://h/sync', session: 'show', key: 'x' }],
    ['https://h/sync/#k=x', { relay: 'wss://h/sync', session: 'default', key: 'x' }],
    ['https://h/sync', { relay: 'wss://h/sync', session: 'default' }],
    ['wss://h/x/s/show', { relay: 'wss://h/x', session: 'show' }],
    ['wss://h/x/s/show/', { relay: 'wss://h/x', session: 'show' }],
    ['wss://h/__sync/', { relay: 'wss://h/__sync', session: 'default' }],
    ['wss://h/a/b.c/~d/-/', { relay: 'wss://h/a/b.c/~d/-', session: 'default' }],
    ['wss://h/a/../b/', { relay: 'wss://h/b', session: 'default' }],
    ['example.com/sync', { relay: 'ws://example.com:9876/sync', session: 'default' }],
    ['10.0.0.1:80/sync/s/a', { relay: 'ws://10.0.0.1/sync', session: 'a' }],
    [`wss://h${'/a'.repeat(8)}/s/b`, { relay: `wss://h${'/a'.repeat(8)}`, session: 'b' }],
    // A relay redirects the page `/s/NAME` to this one.
    ['https://h/sync/?s=show#k=x', { relay: 'wss://h/sync', session: 'show', key: 'x' }],
    ['https://h/?s=show#s=other', { relay: 'wss://h', session: 'other' }],
  ])('%j', (text, address) => {
    expect(parseLink(text)).toEqual({ key: undefined, ...address })
  })

  it.each([
    '',
    '   ',
    'javascript:alert(1)',
    'ftp://h',
    'http://',
    'not a link',
    'h/#s=a/b',
    'h/?s=a/b',
    // No base path has a segment `s`, so that the session can be read from the end of the path.
    'https://h/s/#s=show&k=x',
    'https://h/sync/s/',
    'https://h/s/sync/s/show',
    'https://h/s/a/b',
    'https://h//sync/',
    'https://h/sync//',
    'https://h/sy%20nc/',
    'https://h/sync:1/',
    'https://h/a@b/',
    `https://h/${'a'.repeat(65)}/`,
    `https://h${'/a'.repeat(9)}/`,
  ])('rejects %j', (text) => {
    expect(parseLink(text)).toBeUndefined()
  })

  it('can be parsed from any text without an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ withFragments: true })), (text) => {
        const address = parseLink(text)
        if (address) expect(address.relay).toMatch(/^wss?:\/\/[^/]+(?:\/[\w.~-]{1,64}){0,8}$/)
      }),
      { numRuns: 1000 },
    )
  })
})

it.each([
  // These are the keys of sessions that devices have kept.
  ['ws://10.0.0.1:9876/', '10.0.0.1:9876/'],
  ['wss://10.0.0.1:9876/', '10.0.0.1:9876/'],
  ['https://h/#s=show&k=x', 'h/s/show'],
  ['https://h/sync/#k=x', 'h/sync/'],
  ['https://h/sync/#s=show', 'h/sync/s/show'],
])('the place of %s is %s', (link, place) => {
  expect(placeOf(parseLink(link)!)).toBe(place)
})

describe('randomId', () => {
  it('is different each time, and safe in a URL', () => {
    const ids = new Set(Array.from({ length: 1000 }, randomId))
    expect(ids.size).toBe(1000)
    for (const id of ids) expect(id).toMatch(/^[a-z\d]{1,64}$/)
  })
})
