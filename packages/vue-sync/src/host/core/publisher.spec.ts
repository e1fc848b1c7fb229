import { describe, expect, it } from 'vitest'
import type { Json, StoreFields } from '../../protocol/index.ts'
import { createPublisher } from './publisher.ts'

function setup() {
  const sent: unknown[] = []
  let online = true
  const publisher = createPublisher('e', (message) => {
    if (online) sent.push(message)
    return online
  })
  const stores = new Map<string, StoreFields>()
  const put = (id: string, fields: Record<string, Json>) => {
    if (!stores.has(id)) publisher.add(id, () => stores.get(id)!)
    stores.set(id, fields)
  }
  return { publisher, sent, put, setOnline: (value: boolean) => (online = value) }
}

const full = (seq: number, payload: object) => ({
  type: 'session_update',
  epoch: 'e',
  seq,
  payload,
})
const delta = (seq: number, payload: object) => ({
  type: 'config_update',
  epoch: 'e',
  seq,
  payload,
})

describe('publisher', () => {
  it('sends a whole state first, then the changes, then nothing', () => {
    const { publisher, sent, put } = setup()
    put('s', { a: 1, b: 1 })
    expect(publisher.position).toBeUndefined()
    publisher.flush()
    put('s', { a: 2, b: 1 })
    publisher.flush()
    publisher.flush()
    expect(sent).toEqual([full(1, { s: { a: 1, b: 1 } }), delta(2, { s: { a: 2 } })])
    expect(publisher.position).toEqual({ epoch: 'e', seq: 2 })
  })

  it('puts changes of several stores into one message', () => {
    const { publisher, sent, put } = setup()
    put('s', { a: 1 })
    put('t', { b: 1 })
    publisher.flush()
    put('s', { a: 2 })
    put('t', { b: 2 })
    publisher.flush()
    expect(sent.at(-1)).toEqual(delta(2, { s: { a: 2 }, t: { b: 2 } }))
  })

  it('sends a whole state when a store is added or removed', () => {
    const { publisher, sent, put } = setup()
    put('s', { a: 1 })
    publisher.flush()
    put('t', { b: 1 })
    publisher.flush()
    publisher.remove('t')
    publisher.flush()
    expect(sent.map((message) => (message as { type: string }).type)).toEqual(
      Array(3).fill('session_update'),
    )
    expect(sent.at(-1)).toEqual(full(3, { s: { a: 1 } }))
  })

  it('sends only a field that is added, and only the removal of one that is removed', () => {
    const { publisher, sent, put } = setup()
    put('s', { a: 1, big: 'x'.repeat(1000) })
    publisher.flush()
    put('s', { a: 1, big: 'x'.repeat(1000), toString: 1 })
    publisher.flush()
    put('s', { big: 'x'.repeat(1000), toString: 2 })
    publisher.flush()
    expect(sent.slice(1)).toEqual([
      delta(2, { s: { toString: 1 } }),
      { ...delta(3, { s: { toString: 2 } }), patch: [{ op: 'remove', path: '/s/a' }] },
    ])
  })

  it('sends nothing for another object with equal content', () => {
    const { publisher, sent, put } = setup()
    put('s', { a: { n: 1 }, list: [{ n: 1 }] })
    publisher.flush()
    put('s', { a: { n: 1 }, list: [{ n: 1 }] })
    publisher.flush()
    expect(sent).toHaveLength(1)
  })

  it('sends a whole state at the same position when nothing changed, and at the next one otherwise', () => {
    const { publisher, sent, put } = setup()
    put('s', { a: 1 })
    publisher.flush()
    publisher.flushAll()
    put('s', { a: 2 })
    publisher.flushAll()
    expect(sent).toEqual([
      full(1, { s: { a: 1 } }),
      full(1, { s: { a: 1 } }),
      full(2, { s: { a: 2 } }),
    ])
  })

  it('sends the changes of a failed message with the next one', () => {
    const { publisher, sent, put, setOnline } = setup()
    put('s', { a: 1, b: 1 })
    publisher.flush()
    setOnline(false)
    put('s', { a: 2, b: 1 })
    publisher.flush()
    setOnline(true)
    put('s', { a: 2, b: 2 })
    publisher.flush()
    expect(sent).toEqual([full(1, { s: { a: 1, b: 1 } }), delta(2, { s: { a: 2, b: 2 } })])
  })
})
