import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRelayStatus } from './relay-status.ts'

const url = { name: 'wlan0', url: 'http://10.0.0.1:9876/#k=x', reach: 'network' }
const token = { id: 'press', key: 'press.1..mac', viewers: 2 }

/** Reads one field, and gives its value with the names of the fields that were reported as malformed. */
function read(field: string, value: unknown) {
  const bad: string[] = []
  const status = readRelayStatus({ [field]: value }, (name) => bad.push(name))
  return { value: status[field as keyof typeof status], bad }
}

describe('the status from the relay', () => {
  it.each<[string, unknown]>([
    ['clientCount', 3],
    ['viewerUrls', [url, { name: 'public', url: 'https://show.example/#k=x' }]],
    ['pairCode', 'K7Q4MX'],
    ['pairCodeUntil', 1795521395545],
    ['tokens', [token]],
    ['want', 'session_update'],
    ['error', { code: 'gap', reason: 'Send a session_update.', field: undefined }],
    ['error', { code: 'bad_payload', reason: 'It must be an object.', field: 'payload.s' }],
  ])('has its %s', (field, value) => {
    expect(read(field, value)).toEqual({ value, bad: [] })
  })

  it.each<[string, unknown]>([
    ['clientCount', '3'],
    ['clientCount', -1],
    ['clientCount', 1.5],
    ['viewerUrls', 'http://10.0.0.1'],
    ['viewerUrls', { 0: url }],
    ['pairCode', ['K7Q4MX']],
    ['pairCode', '<b>K7Q4MX'],
    ['pairCodeUntil', '1795521395545'],
    ['tokens', token],
    ['error', 'gap'],
    ['error', { code: 'gap' }],
    ['error', { code: 7, reason: 'x' }],
  ])('has no %s if that is %j', (field, value) => {
    expect(read(field, value)).toEqual({ value: undefined, bad: [field] })
  })

  it.each([
    'javascript:alert(1)//http://10.0.0.1',
    ' javascript:alert(1)',
    'data:text/html,x',
    'ws://10.0.0.1:9876/',
    'blob:http://10.0.0.1/x',
    '10.0.0.1:9876',
    '',
    7,
    null,
    { toString: () => url.url },
  ])('has no address %j, but keeps the others', (bad) => {
    const read1 = read('viewerUrls', [{ name: 'bad', url: bad }, null, url])
    expect(read1).toEqual({ value: [url], bad: ['viewerUrls'] })
  })

  it('has no unknown reach, and a name without control characters', () => {
    const odd = { name: 'wlan\u00000\n', url: url.url, reach: 'moon' }
    expect(read('viewerUrls', [odd]).value).toEqual([{ name: 'wlan 0', url: url.url }])
  })

  it.each([{ id: 'a', key: 7, viewers: 0 }, { id: 'a', key: 'k', viewers: '1' }, 'a', null])(
    'has no token %j, but keeps the others',
    (bad) => {
      expect(read('tokens', [bad, token])).toEqual({ value: [token], bad: ['tokens'] })
    },
  )

  it('is read without an exception, whatever the relay sends', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (payload, value) => {
        for (const name of ['clientCount', 'viewerUrls', 'pairCode', 'tokens', 'want', 'error'])
          readRelayStatus({ ...payload, [name]: value }, () => {})
      }),
    )
  })
})
