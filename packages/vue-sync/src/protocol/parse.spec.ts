import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BadPart, parseMessage } from './parse.ts'

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
