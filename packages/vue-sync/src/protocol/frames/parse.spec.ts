import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BadPart, LONGEST_STATUS, parseMessage, parseStatus } from './parse.ts'

const position = { epoch: 'e', seq: 3 }
const valid = [
  { type: 'session_update', ...position, payload: {} },
  { type: 'session_update', ...position, payload: { s: { a: [1, null] } }, later: 'field' },
  { type: 'config_update', ...position, payload: { s: { a: 1 } } },
  { type: 'config_update', ...position, payload: {}, patch: [{ op: 'remove', path: '/s/a' }] },
  { type: 'status', payload: { host: 'online', since: 1 } },
  { type: 'status', ...position, payload: { host: 'offline', since: 1 } },
]

const invalid: [BadPart, unknown][] = [
  ['frame', []],
  ['frame', 'text'],
  ['frame', null],
  ['type', {}],
  ['type', { type: 'toString', payload: {} }],
  ['payload', { type: 'status' }],
  ['payload', { type: 'session_update', ...position, payload: [] }],
  ['payload', { type: 'session_update', ...position, payload: { s: 1 } }],
  ['payload', { type: 'config_update', ...position, payload: { s: null } }],
  ['epoch, seq', { type: 'session_update', payload: {} }],
  ['epoch, seq', { type: 'config_update', epoch: '', seq: 1, payload: {} }],
  ['epoch, seq', { type: 'config_update', epoch: 'x'.repeat(65), seq: 1, payload: {} }],
  ['epoch, seq', { type: 'config_update', epoch: 'e', seq: -1, payload: {} }],
  ['epoch, seq', { type: 'config_update', epoch: 'e', seq: 1.5, payload: {} }],
  ['epoch, seq', { type: 'config_update', epoch: 'e', seq: '1', payload: {} }],
  ['epoch, seq', { type: 'status', seq: 1, payload: {} }],
  ['patch', { type: 'config_update', ...position, payload: {}, patch: {} }],
]

describe('parseMessage', () => {
  it.each(valid)('accepts %j', (message) => {
    expect(parseMessage(JSON.stringify(message))).toEqual(message)
  })

  it.each(invalid)('rejects a bad %s: %j', (part, message) => {
    const bad: BadPart[] = []
    expect(parseMessage(JSON.stringify(message), (what) => bad.push(what))).toBeUndefined()
    expect(bad).toEqual([part])
  })

  it.each([['{'], [''], ['undefined'], [new ArrayBuffer(8)], [undefined], [{ type: 'status' }]])(
    'drops %o',
    (frame) => {
      expect(parseMessage(frame)).toBeUndefined()
    },
  )

  it('never throws, for any input', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.anything()), (frame) => {
        const message = parseMessage(frame)
        if (message) expect(message.payload).toBeTypeOf('object')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('parseStatus', () => {
  const status = (payload: object) => JSON.stringify({ type: 'status', payload })

  it('cuts off long lists, which an app would show', () => {
    const viewerUrls = Array.from({ length: 20_000 }, () => ({ name: '', url: '' }))
    const payload = parseStatus(status({ viewerUrls, clientCount: 2 }))
    expect(payload?.viewerUrls).toHaveLength(1000)
    expect(payload?.clientCount).toBe(2)
  })

  it.each([
    ['is too long', status({ pairCode: 'x'.repeat(LONGEST_STATUS) })],
    ['nests too deep', status({}).replace('{}', `{"a":${'['.repeat(600)}${']'.repeat(600)}}`)],
    ['nests a million levels deep', `{"type":"status","payload":${'['.repeat(1_000_000)}`],
    ['is not JSON', '{"type":"status"'],
    ['is another message', JSON.stringify({ type: 'session_update', ...position, payload: {} })],
    ['has no payload', JSON.stringify({ type: 'status' })],
  ])('ignores a frame that %s', (_, frame) => {
    const began = performance.now()
    expect(parseStatus(frame)).toBeUndefined()
    expect(performance.now() - began).toBeLessThan(300)
  })
})
