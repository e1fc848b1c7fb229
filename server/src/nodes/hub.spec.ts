import { describe, expect, it } from 'vitest'
import { createHub } from './hub.ts'
import type { Entry } from '../core/session/retained.ts'

const LIMIT = 100_000
const entry = (seq: number, bytes: number): Entry => ({
  position: { epoch: 'e', seq },
  bytes: new Uint8Array(bytes),
  binary: false,
  snapshot: true,
})
const append = (hub: ReturnType<typeof createHub>, session: string, bytes: number, seq = 1) =>
  hub.append(session, 'node', { term: 0, entry: entry(seq, bytes), keep: 64 })

describe('the hub of several workers', () => {
  it('holds no more state than its limit, and drops sessions that no worker has open', () => {
    let time = 0
    const hub = createHub({ retainedBytes: LIMIT, now: () => time++ })
    hub.subscribe('open', () => {})
    expect(append(hub, 'open', 30_000)).toBe('ok')
    for (let name = 0; name < 50; name++) {
      expect(append(hub, `gone-${name}`, 30_000)).toBe('ok')
      expect(hub.sessions().length).toBeLessThanOrEqual(3)
    }
    expect(hub.sessions()).toEqual(['open', 'gone-48', 'gone-49'])
  })

  it('refuses the state of a host when open sessions have reached the limit, and drops it', () => {
    const hub = createHub({ retainedBytes: LIMIT })
    for (const name of ['a', 'b', 'c']) hub.subscribe(name, () => {})
    expect([append(hub, 'a', 60_000), append(hub, 'b', 30_000)]).toEqual(['ok', 'ok'])
    expect(append(hub, 'c', 30_000)).toBe('full')
    expect(append(hub, 'b', 60_000, 2)).toBe('full')
    expect(hub.sessions()).toEqual(['a'])
    const replacement = { term: 0, about: { name: undefined, access: undefined } }
    expect(hub.replace('a', 'node', { ...replacement, entries: [entry(3, 120_000)] })).toBe('full')
    for (let seq = 1; seq <= 50; seq++) expect(append(hub, 'c', 60_000, seq)).toBe('ok')
    expect(hub.sessions()).toEqual(['c'])
  })

  it('weighs the labels of links', () => {
    const hub = createHub({ retainedBytes: LIMIT })
    append(hub, 'old', 30_000)
    const tokens = [{ id: 'a', label: 'x'.repeat(40_000) }]
    hub.setInfo('new', 'node', 0, {
      name: undefined,
      access: { generation: 0, tokens, revoked: [] },
    })
    expect(hub.sessions()).toEqual([])
  })

  it('holds a limited number of codes', () => {
    const hub = createHub()
    const stored = { session: 'show', token: { id: 'code' }, fence: '' }
    for (let code = 0; code < 20_000; code++) hub.storeCode(String(code), stored, 60_000)
    expect([hub.findCode('0'), hub.findCode('9999'), hub.findCode('10000')]).toEqual([
      undefined,
      undefined,
      stored,
    ])
  })
})
