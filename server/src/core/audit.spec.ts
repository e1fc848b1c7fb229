import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSyncServer, type AuditEvent, type SyncServer } from '../index.ts'
import { ask, type Client, connect, session } from '../../test/client.ts'
import { createAuditReporter } from './audit.ts'

describe('the limit on events', () => {
  let events: AuditEvent[]
  beforeEach(() => {
    vi.useFakeTimers()
    events = []
  })
  afterEach(() => vi.useRealTimers())
  const reporter = () => createAuditReporter((event) => void events.push(event))
  const refusal = (address: string): AuditEvent => ({
    kind: 'refused',
    via: 'socket',
    address,
    code: 4401,
  })

  it('passes one refusal a minute for each address, then the count of the others, and goes on', () => {
    const { report } = reporter()
    for (let count = 0; count < 1000; count++) report(refusal('192.0.2.1'))
    report(refusal('192.0.2.2'))
    report({ ...refusal('192.0.2.1'), code: 4405 })
    // Guesses of the host key are not hidden behind a viewer with a wrong key.
    report({ ...refusal('192.0.2.1'), role: 'host' })
    expect(events.map(({ address, code }) => [address, code])).toEqual([
      ['192.0.2.1', 4401],
      ['192.0.2.2', 4401],
      ['192.0.2.1', 4405],
      ['192.0.2.1', 4401],
    ])
    vi.advanceTimersByTime(60_000)
    expect(events.slice(4)).toEqual([{ ...refusal('192.0.2.1'), suppressed: 999 }])
    report(refusal('192.0.2.1'))
    expect(events).toHaveLength(6)
  })

  it('holds for many addresses together, which are then counted without an address', () => {
    const { report, flush } = reporter()
    for (let count = 0; count < 10_000; count++) report(refusal(`2001:db8::${count}`))
    expect(events.length).toBeLessThanOrEqual(201)
    const shown = events.length
    flush()
    expect(events.slice(shown)).toEqual([
      { kind: 'refused', via: 'socket', suppressed: 10_000 - shown },
    ])
  })

  it('does not hide what the holder of a key does during such a flood', () => {
    const { report } = reporter()
    for (let count = 0; count < 1000; count++) report(refusal(`2001:db8::${count}`))
    const shown = events.length
    for (const id of ['a', 'b']) report({ kind: 'revoked', via: 'socket', tokens: [id] })
    expect(events.slice(shown).map(({ tokens }) => tokens)).toEqual([['a'], ['b']])
  })

  it('reports the counts when the relay stops', () => {
    const { report, flush } = reporter()
    for (let count = 0; count < 3; count++) report(refusal('192.0.2.1'))
    flush()
    expect(events.at(-1)).toEqual({ ...refusal('192.0.2.1'), suppressed: 2 })
    vi.advanceTimersByTime(120_000)
    expect(events).toHaveLength(2)
  })
})

it('reports that another host took over a session, and not that a host reconnects', async () => {
  const events: AuditEvent[] = []
  const server = createSyncServer({
    port: 0,
    host: '127.0.0.1',
    warn: () => {},
    audit: (event) => void events.push(event),
  })
  await server.start()
  try {
    const host = await connect(server, 'host')
    const viewer = await connect(server, 'viewer')
    host.send(session('first', 1, { n: 1 }))
    await viewer.until(({ type }) => type === 'session_update')
    // The network was lost, so the relay still has the earlier connection.
    const again = await connect(server, 'host', { position: { epoch: 'first', seq: 1 } })
    await again.until(({ type }) => type === 'status')
    await host.closed
    expect(events).toEqual([])
    const other = await connect(server, 'host', { position: { epoch: 'other', seq: 1 } })
    await again.closed
    expect(events).toMatchObject([{ kind: 'replaced', role: 'host' }])
    await other.close()
    await viewer.close()
  } finally {
    await server.stop()
  }
})

describe('the audit log', () => {
  const KEYS = {
    hostKey: 'audit-host-key-that-is-secret',
    viewerKey: 'audit-viewer-key-that-is-secret',
    metricsKey: 'audit-metrics-key-that-is-secret',
  }
  const WRONG = 'a-wrong-key-that-is-no-less-secret'
  const address = '127.0.0.1'
  let server: SyncServer
  let events: AuditEvent[]
  const clients: Client[] = []

  beforeEach(async () => {
    events = []
    server = createSyncServer({
      port: 0,
      host: address,
      admin: true,
      ...KEYS,
      limits: { connectionsPerMinute: 20 },
      audit: (event) => void events.push(event),
      warn: () => {},
    })
    await server.start()
  })
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate()
    await server.stop()
    const text = JSON.stringify(events)
    for (const secret of [...Object.values(KEYS), WRONG, server.pairCode()])
      expect(text).not.toContain(secret)
  })

  async function enter(
    ...args: Parameters<typeof connect> extends [unknown, ...infer R] ? R : never
  ) {
    const client = await connect(server, ...args)
    clients.push(client)
    return client
  }
  const request = (method: string, path: string, key?: string) =>
    ask(server, path, {
      method,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    })

  it('has an event for each refusal by key or origin, with address and session', async () => {
    await (
      await enter('host', { key: WRONG, path: '/s/show' })
    ).closed
    await (
      await enter('viewer', { headers: { origin: 'https://evil.example' } })
    ).closed
    expect(events).toEqual([
      {
        kind: 'refused',
        via: 'socket',
        address,
        role: 'host',
        session: 'show',
        code: 4401,
        reason: 'The host key is wrong',
      },
      {
        kind: 'refused',
        via: 'socket',
        address,
        role: 'viewer',
        session: 'default',
        code: 4405,
        origin: 'https://evil.example',
        reason: expect.stringContaining('--allow-origin'),
      },
    ])
  })

  it('has an event for each revocation and rotation, and for a guest who returns with the id of its link', async () => {
    const host = await enter('host')
    const setAccess = (generation: number, tokens: string[], revoked: string[]): void =>
      host.send({
        type: 'status',
        payload: { access: { generation, tokens: tokens.map((id) => ({ id })), revoked } },
      })
    setAccess(0, ['press'], [])
    const { payload } = await host.until(({ payload: { tokens } }) => tokens !== undefined)
    const [{ key }] = payload['tokens'] as [{ key: string }]
    setAccess(0, [], ['press'])
    await expect.poll(() => events.length).toBe(1)
    const guest = await enter('viewer', { key })
    expect((await guest.closed).code).toBe(4403)
    setAccess(1, ['next'], ['press', 'main'])
    await expect.poll(() => events.length).toBeGreaterThanOrEqual(4)
    const common = { via: 'socket', address, session: 'default' }
    expect(events).toEqual([
      { kind: 'revoked', ...common, role: 'host', tokens: ['press'] },
      {
        kind: 'refused',
        ...common,
        role: 'viewer',
        tokens: ['press'],
        code: 4403,
        reason: 'This link was withdrawn',
      },
      { kind: 'rotated', ...common, role: 'host' },
      { kind: 'revoked', ...common, role: 'host', tokens: ['main'] },
    ])
    expect(JSON.stringify(events)).not.toContain(key)
  })

  it('has an event for each action of an operator, and for wrong keys, wrong codes and lock-outs', async () => {
    await enter('host', { path: '/s/show' })
    for (let count = 0; count < 12; count++) await request('GET', '/admin/sessions', WRONG)
    await request('GET', '/metrics', WRONG)
    const pair = () =>
      ask(server, '/pair', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code: '000000' }),
      })
    for (let count = 0; count < 12; count++) await pair()
    expect(events.map(({ kind, via, address: from, reason }) => [kind, via, from, reason])).toEqual(
      [
        ['refused', 'admin', address, 'The key is wrong'],
        ['locked_out', 'admin', address, undefined],
        ['locked_out', 'metrics', address, undefined],
        ['refused', 'pair', address, 'The code is wrong'],
        ['locked_out', 'pair', address, undefined],
      ],
    )
  })

  it('has an event for each action of an operator, whether it succeeded or not', async () => {
    await enter('host', { path: '/s/show' })
    await request('GET', '/admin/sessions', KEYS.hostKey)
    await request('DELETE', '/admin/sessions/show/viewers/none.1', KEYS.hostKey)
    await request('DELETE', '/admin/sessions/show', KEYS.hostKey)
    const common = { kind: 'admin', via: 'admin', address, session: 'show' }
    expect(events).toEqual([
      { ...common, action: 'disconnect_viewer', viewer: 'none.1', status: 404 },
      { ...common, action: 'end_session', status: 204 },
    ])
  })

  it('has an event for an address that opens too many sockets', async () => {
    for (let count = 0; count < 22; count++) await enter('viewer')
    await expect
      .poll(() => events)
      .toEqual([{ kind: 'locked_out', via: 'socket', address, role: 'viewer' }])
  })
})
