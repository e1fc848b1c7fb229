import { describe, expect, it } from 'vitest'
import { protobuf } from '../../codecs/protobuf.ts'
import { msgpack } from '../../codecs/msgpack.ts'
import { richValues } from '../../values/rich-values.ts'
import { readCodec, readDelays, readRelay, readViewerUrl } from './read-options.ts'

describe('the option `viewerUrl`', () => {
  it.each([
    [undefined, undefined],
    ['https://show.example', 'wss://show.example'],
    ['https://show.example:9876/', 'wss://show.example:9876'],
    ['http://localhost:9876', 'ws://localhost:9876'],
    ['https://example.com/sync', 'wss://example.com/sync'],
    ['https://example.com/sync/', 'wss://example.com/sync'],
  ])('%j gives the address %s', (viewerUrl, address) => {
    const given = viewerUrl === undefined ? {} : { viewerUrl }
    expect(readViewerUrl({ ...given, encrypt: true })).toBe(address)
  })

  it('may be plain http without `encrypt`', () => {
    expect(readViewerUrl({ viewerUrl: 'http://10.0.0.1:9876' })).toBe('ws://10.0.0.1:9876')
  })

  it.each([
    '',
    'show.example',
    'javascript:alert(1)',
    'wss://show.example',
    'http://10.0.0.1:9876',
  ])('refuses %j with `encrypt`, and names the option', (viewerUrl) => {
    expect(() => readViewerUrl({ viewerUrl, encrypt: true })).toThrow(/VS107.*viewerUrl must be/)
  })
})

it.each([
  [{ debounce: Number.POSITIVE_INFINITY }, { debounce: 2 ** 31 - 1000, maxWait: 0 }],
  [
    { debounce: 2 ** 31, maxWait: 1000 },
    { debounce: 2 ** 31 - 1000, maxWait: 1000 },
  ],
  [{ maxWait: Number.POSITIVE_INFINITY }, { debounce: 250, maxWait: 0 }],
])('the delays %j never become more than a timer can hold', (delays, expected) => {
  expect(readDelays('', delays, { debounce: 250, maxWait: 1000 })).toEqual(expected)
})

it.each([
  ['wss://example.com/sync', 'wss://example.com/sync', 'default'],
  ['wss://example.com/sync/s/show', 'wss://example.com/sync', 'show'],
  ['https://example.com/sync/#s=show', 'wss://example.com/sync', 'show'],
])('the option `url` may have a base path: %s', (url, relay, session) => {
  expect(readRelay({ url })).toEqual({ relay, session, key: undefined })
})

describe('the options `codec` and `values`', () => {
  it('cannot be Protocol Buffers with rich values, because a schema has no field for their forms', () => {
    const codec = protobuf({ stores: {} })
    expect(readCodec({ codec })).toBe(codec)
    expect(() => readCodec({ codec, values: richValues() })).toThrow(/VS107.*richValues.*protobuf/)
  })

  it('can be any other codec with rich values', () => {
    const codec = msgpack()
    expect(readCodec({ codec, values: richValues() })).toBe(codec)
  })
})
