import type { Message, Peer } from 'crossws'
import { CLOSE } from '@vue-sync/vue/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createConnections, type RelayHooks } from './connections.ts'
import { createRelayStats } from './session/relay-stats.ts'
import { createSession } from './session/session.ts'
import { MAIN_PASS } from './access/session-access.ts'
import type { Refusal } from './session-limits.ts'
import type { SessionRegistry } from './session-registry.ts'

const LONGEST = 1000

/** A peer that records what happened to it. */
function makePeer(refusal?: Refusal) {
  const events: string[] = []
  const peer = {
    context: { role: 'host', session: 'default', pass: MAIN_PASS, position: undefined, refusal },
    websocket: {},
    close: (code: number) => events.push(`closed ${code}`),
    terminate: () => events.push('terminated'),
  }
  return { peer: peer as unknown as Peer, events }
}

/** The hooks of a relay whose session is not ready until the test says so. */
function makeConnections(warn: (text: string) => void = () => {}): {
  hooks: RelayHooks
  received: unknown[]
  beReady: () => void
} {
  const received: unknown[] = []
  let beReady = (): void => {}
  const ready = new Promise<void>((resolve) => (beReady = resolve))
  const session = createSession({
    capacity: 16,
    highWaterMark: 1000,
    encode: () => new Uint8Array(),
    describe: () => ({ running: true, port: 1, localIp: '127.0.0.1' }),
    warn: () => {},
  })
  session.receive = (_, frame) => void received.push(frame)
  const hooks = createConnections({
    base: '',
    admit: async () => ({ pass: MAIN_PASS, by: 'key', refusal: undefined }),
    sessions: {
      open: () => session,
      find: () => session,
      whenReady: () => ready,
      hold: () => () => {},
      forget: () => {},
    } as unknown as SessionRegistry,
    limits: {
      checkEntry: () => undefined,
      checkMessage: (_, bytes) =>
        bytes > LONGEST ? { code: CLOSE.busy, reason: 'too long' } : undefined,
      checkRetained: () => undefined,
      checkApplied: () => undefined,
    },
    stats: createRelayStats(),
    needsViewerKey: true,
    audit: () => {},
    toPeer: () => ({ send: () => 0, close: () => {}, buffered: () => 0 }),
    onChange: () => {},
    warn,
  })
  return { hooks, received, beReady }
}

const frame = (length: number) => ({ rawData: 'x'.repeat(length) }) as unknown as Message

describe('connections', () => {
  afterEach(() => void vi.useRealTimers())

  it('keep early frames of a host up to the length of its longest message', async () => {
    const { hooks, received, beReady } = makeConnections()
    const { peer } = makePeer()
    await hooks.open(peer)
    for (const length of [400, 500, 600, 100, 1]) await hooks.message(peer, frame(length))
    beReady()
    await expect.poll(() => received).toHaveLength(3)
    expect(received.map((text) => (text as string).length)).toEqual([400, 500, 100])
  })

  it('warn about a host whose message is too long, once a minute', async () => {
    const warnings: string[] = []
    const { hooks, beReady } = makeConnections((text) => void warnings.push(text))
    beReady()
    for (const role of ['host', 'host', 'viewer']) {
      const { peer, events } = makePeer()
      Object.assign(peer.context, { role })
      await hooks.open(peer)
      await hooks.message(peer, frame(LONGEST + 1))
      expect(events).toEqual([`closed ${CLOSE.busy}`])
    }
    expect(warnings).toEqual([
      'A host was closed: its message has 1001 bytes, which is too long (--max-host-message)',
    ])
  })

  it('end a refused client that does not answer the close frame, on any server', async () => {
    vi.useFakeTimers()
    const { hooks } = makeConnections()
    const { peer, events } = makePeer({ code: 4401, reason: 'wrong' })
    await hooks.open(peer)
    expect(events).toEqual(['closed 4401'])
    vi.advanceTimersByTime(1000)
    expect(events).toEqual(['closed 4401', 'terminated'])
  })
})
