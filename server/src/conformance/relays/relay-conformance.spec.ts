import { describe, expect, it, onTestFinished } from 'vitest'
import { type RelayFault, startFaultyRelay } from '../../../test/faulty-relay.ts'
import { testFaultyRelay } from '../../../test/test-faulty-relay.ts'
import { testRelay } from './relay-conformance.ts'

/** Long enough for an answer on a loaded machine, and short enough to wait for one that never comes. */
const PATIENCE_MS = 1500

interface Message {
  type: string
  seq?: number
  payload: Record<string, unknown>
}

/** A fault that changes the messages of one type. */
function changes(
  type: string,
  change: (message: Message) => Message | undefined,
): NonNullable<RelayFault['toClient']> {
  return (text) => {
    const message = JSON.parse(text) as Message
    if (message.type !== type) return text
    const changed = change(message)
    return changed && JSON.stringify(changed)
  }
}
const without = (field: string) =>
  changes('status', ({ payload, ...message }) => {
    const { [field]: _, ...rest } = payload
    return { ...message, payload: rest }
  })

const FAULTS: readonly {
  what: string
  id: string
  rule: string | undefined
  fault: RelayFault
  heartbeat?: number
}[] = [
  {
    what: 'writes messages anew',
    id: 'forwards-125-bytes',
    rule: 'R1',
    fault: {
      toClient: (text, role) =>
        role === 'viewer' ? JSON.stringify(JSON.parse(text), null, 1) : text,
    },
  },
  {
    what: 'keeps only the whole state for new viewers',
    id: 'serves-late-viewers',
    rule: 'R2',
    fault: { toClient: changes('config_update', () => undefined) },
  },
  {
    what: 'drops a seq',
    id: 'sends-the-missing-tail',
    rule: 'R3',
    fault: { toClient: changes('config_update', (it) => (it.seq === 8 ? undefined : it)) },
  },
  {
    what: 'puts a position into every status',
    id: 'positions-in-statuses',
    rule: 'R4',
    fault: { toClient: changes('status', (it) => ({ seq: 0, ...it })) },
  },
  {
    what: 'forwards every session_update',
    id: 'snapshot-of-known-state-is-silent',
    rule: 'R5',
    fault: { forwardsAll: true },
  },
  {
    what: 'never asks for state',
    id: 'asks-after-a-gap',
    rule: 'R6',
    fault: { toClient: without('want') },
  },
  {
    what: 'answers no mistakes',
    id: 'answers-bad-type-1',
    rule: 'R7',
    fault: { toClient: without('error') },
  },
  {
    what: 'sends only the first statuses',
    id: 'sends-heartbeats',
    rule: 'R8',
    heartbeat: 100,
    fault: (() => {
      let statuses = 0
      return { toClient: changes('status', (it) => (statuses++ < 6 ? it : undefined)) }
    })(),
  },
  {
    what: 'does not pass "behind" on',
    id: 'passes-on-behind',
    rule: 'R8',
    fault: { toClient: without('behind') },
  },
  {
    what: 'does not pass hashes on',
    id: 'passes-on-the-hash',
    rule: 'R9',
    heartbeat: 100,
    fault: { toClient: without('hash') },
  },
  {
    what: 'refuses over HTTP',
    id: 'refuses-a-viewer-with-no-key',
    rule: 'R11',
    fault: { refusesOverHttp: true },
  },
  {
    what: 'echoes the key',
    id: 'echoes-the-role-only',
    rule: 'R12',
    fault: { echoesKey: true },
  },
  {
    what: 'closes the first host with another code',
    id: 'lets-a-second-host-take-over',
    rule: undefined,
    fault: { code: (code) => (code === 4409 ? 1000 : code) },
  },
]

const run = (id: string, fault: RelayFault, heartbeat?: number) =>
  testFaultyRelay({ id, fault, heartbeat, patience: PATIENCE_MS })

describe('a relay that', () => {
  it.each(FAULTS)('$what fails, and the report names $rule', async (given) => {
    const { id, rule, fault, heartbeat } = given
    expect(await run(id, fault, heartbeat)).toMatchObject({
      id,
      rule,
      outcome: 'failed',
      expected: expect.stringMatching(/./),
      seen: expect.stringMatching(/./),
    })
  })

  // Proves that the proxy is not what fails.
  it.each(FAULTS)('does not do this passes: $what', async ({ id, heartbeat }) => {
    expect(await run(id, {}, heartbeat)).toMatchObject({ id, outcome: 'passed' })
  })
})

describe('a run', () => {
  it('says which key is missing, and names the flag', async () => {
    const { url, viewerKey, stop } = await startFaultyRelay({})
    onTestFinished(stop)
    await expect(testRelay({ urls: [url] })).rejects.toThrow(
      `The relay at ${url}/ needs the viewer key. Give it with --viewer-key-file, --viewer-key or VUE_SYNC_VIEWER_KEY, or give a link for viewers as the address.`,
    )
    await expect(testRelay({ urls: [url], viewerKey })).rejects.toThrow(
      `The relay at ${url}/ needs the host key. Give it with --host-key-file, --host-key or VUE_SYNC_HOST_KEY.`,
    )
    await expect(testRelay({ urls: [url], viewerKey, hostKey: 'wrong' })).rejects.toThrow(
      `The relay at ${url}/ refuses the host key:`,
    )
  })

  it('says that no relay answers', async () => {
    await expect(testRelay({ urls: ['ws://127.0.0.1:1'] })).rejects.toThrow(
      'No relay answers at ws://127.0.0.1:1/: connect ECONNREFUSED 127.0.0.1:1',
    )
  })

  it('refuses a name that no requirement has', async () => {
    await expect(testRelay({ urls: ['ws://127.0.0.1:1'], only: ['R99'] })).rejects.toThrow(
      'No requirement is called "R99".',
    )
  })
})
