import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BackplaneMessage, Notice } from './backplane.ts'
import { isBackplaneMessage } from './check-message.ts'

const note = (notice: unknown): unknown => ({ type: 'note', from: 'n', note: notice })
const position = { epoch: 'e', seq: 1 }
const entry = { position, bytes: new Uint8Array(1), binary: false, snapshot: true }
const mark = { log: 'l', count: 1 }
const access = { generation: 0, tokens: [], revoked: ['main'] }
const viewer = { id: 'n.1', token: 'main', since: 1, bufferedBytes: 0 }

const NOTICES: Notice[] = [
  { type: 'here', viewers: 1, tokens: { main: 1 }, hostSince: 1.5 },
  { type: 'here', viewers: 0, tokens: {}, hostSince: undefined },
  { type: 'here', viewers: 0, tokens: {}, hostSince: 1, behind: true },
  { type: 'who' },
  { type: 'gone' },
  { type: 'want' },
  { type: 'hash', position, hash: -5 },
  { type: 'close', code: 4410, reason: 'over' },
  { type: 'kick', viewer: 'n.1' },
  { type: 'list', ask: 'a' },
  { type: 'listed', ask: 'a', viewers: [viewer] },
  { type: 'addresses', isAll: true, turn: 1, counts: [['192.0.2.1', 1, 2]] },
]
const MESSAGES: BackplaneMessage[] = [
  { type: 'entry', from: 'n', mark, entry },
  { type: 'reset', from: 'n', mark },
  { type: 'claim', from: 'n', term: 1 },
  { type: 'claim', from: 'n', term: 1, epoch: 'e' },
  { type: 'about', from: 'n', about: { name: 'The show', access }, infoId: 'i' },
  { type: 'about', from: 'n', about: { name: undefined, access: undefined }, infoId: '' },
]

describe('a message of another node', () => {
  it.each([...MESSAGES, ...NOTICES.map(note)])('is accepted: %j', (message) => {
    expect(isBackplaneMessage(message)).toBe(true)
  })

  it.each([
    null,
    undefined,
    'note',
    note(null),
    note({ type: 'here' }),
    note({ type: 'here', viewers: 1, tokens: { main: 'x' } }),
    note({ type: 'here', viewers: -1, tokens: {} }),
    note({ type: 'hash', position: null, hash: 1 }),
    note({ type: 'listed', ask: 'a', viewers: [null] }),
    note({ type: 'constructor' }),
    note({ type: '__proto__' }),
    { type: 'toString', from: 'n' },
    { type: 'claim', from: 'n', term: Number.POSITIVE_INFINITY },
    { type: 'claim', term: 1 },
    { type: 'claim', from: 'n', term: 1, epoch: 5 },
    { type: 'entry', from: 'n', mark, entry: { ...entry, bytes: 'x' } },
    { type: 'entry', from: 'n', mark: { log: 'l', count: Number.NaN }, entry },
    { type: 'about', from: 'n', about: { access: { generation: -1 } } },
  ])('is not %j', (message) => {
    expect(isBackplaneMessage(message)).toBe(false)
  })

  it('can be anything without a throw, also with single fields replaced', () => {
    const valid = [...MESSAGES, ...NOTICES.map(note)] as Record<string, unknown>[]
    const changed = fc
      .tuple(fc.constantFrom(...valid), fc.nat(), fc.anything())
      .map(([message, index, value]) => {
        const keys = Object.keys(message)
        return Object.assign({}, message, { [keys[index % keys.length]!]: value })
      })
    fc.assert(
      fc.property(fc.oneof(fc.anything(), changed, fc.anything().map(note)), (message) => {
        expect(typeof isBackplaneMessage(message)).toBe('boolean')
      }),
      { numRuns: 2000 },
    )
  })
})
