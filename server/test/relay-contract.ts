import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RELAY_REQUIREMENTS } from '../src/conformance/relays/relay-requirements.ts'
import { openRelayStage } from '../src/conformance/relays/relay-stage.ts'
import { connectTo, session } from './client.ts'

export interface ContractOptions {
  hostKey: string
  viewerKey: string
  heartbeat?: number
}

/** One relay: a single node, or several nodes that share their sessions. */
export interface RelayUnderTest {
  /** `ws://127.0.0.1:PORT` of each node. Hosts connect to the first, viewers to each in turn. */
  urls: string[]
  stop: () => Promise<void>
}

const KEYS = { hostKey: 'host-key-of-the-contract', viewerKey: 'viewer-key-of-the-contract' }
const CROWD = 20
/** Answers are usually immediate. The long time is for loaded machines. */
const PATIENCE_MS = 15_000

/**
 * The contract of every relay, on any runtime and with any number of nodes: all that the conformance kit tests, and
 * what needs a relay that the test can stop. Nothing may be inapplicable.
 *
 * @param different why the relay does not meet a requirement, by the id of the requirement. @default it meets all
 */
export function describeRelay(
  name: string,
  start: (options: ContractOptions) => Promise<RelayUnderTest>,
  different: Record<string, string> = {},
): void {
  describe(name, () => {
    let relay: RelayUnderTest | undefined
    afterEach(async () => {
      await relay?.stop()
      relay = undefined
    })

    for (const { id, rule, title, heartbeat, duration = 0, check } of RELAY_REQUIREMENTS) {
      if (different[id] !== undefined) continue
      it(
        `${rule ? `${rule} ` : ''}${title} (${id})`,
        async () => {
          relay = await start({ ...KEYS, ...(heartbeat !== undefined && { heartbeat }) })
          const { subject, close } = await openRelayStage({
            urls: relay.urls,
            ...KEYS,
            crowd: CROWD,
            patience: PATIENCE_MS,
            ...(heartbeat !== undefined && { heartbeat }),
          })
          await check(subject).finally(close)
        },
        20_000 + duration,
      )
    }

    describe('that the test stops', () => {
      beforeEach(async () => {
        relay = await start(KEYS)
      })

      it('closes all clients with a code to retry', async () => {
        const [url] = relay!.urls
        const all = [
          await connectTo(url!, 'host', { key: KEYS.hostKey }),
          await connectTo(url!, 'viewer', { key: KEYS.viewerKey }),
        ]
        await Promise.all(all.map((client) => client.until(({ type }) => type === 'status')))
        await relay!.stop()
        for (const { closed } of all) expect((await closed).code).toBe(4000)
      })

      it('applies what a host sends before the first status', async () => {
        const [url] = relay!.urls
        const host = await connectTo(url!, 'host', { key: KEYS.hostKey })
        host.send(session('e', 1, { a: 1 }))
        const viewer = await connectTo(url!, 'viewer', { key: KEYS.viewerKey })
        await viewer.until(({ seq }) => seq === 1)
        expect(viewer.of('session_update')).toEqual([session('e', 1, { a: 1 })])
      })
    })
  })
}
