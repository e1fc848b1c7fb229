import { afterEach, describe, it } from 'vitest'
import { formatSocketUrl } from '@vue-sync/vue/protocol'
import { RELAY_REQUIREMENTS } from '../src/conformance/relays/relay-requirements.ts'
import { openRelayStage, type RelayStage } from '../src/conformance/relays/relay-stage.ts'
import { openStreamReader } from '../src/conformance/relays/stream-reader.ts'
import { createTree, TREE_KEYS } from './tree.ts'

const { start, follow, clear } = createTree()
afterEach(clear)

const PATIENCE_MS = 15_000
const CROWD = 20

/** Why a relay that follows another one differs, by requirement. */
const DIFFERENT: Record<string, string> = {
  'serves-late-viewers':
    'the host counts the relay as one viewer; upstream.spec.ts has the rest of it',
  'admits-and-revokes-tokens': 'links that the host issued are for its own relay',
  'merges-access-rules': 'the same',
  'ends-http-of-revoked-viewers': 'the same',
}

/** The contract of every relay, with all hosts at one relay and all viewers at a relay that follows another one. */
describe('a relay that follows one that follows one', () => {
  for (const { id, rule, title, heartbeat, duration = 0, check } of RELAY_REQUIREMENTS) {
    if (DIFFERENT[id] !== undefined) continue
    it(
      `${rule ? `${rule} ` : ''}${title} (${id})`,
      async () => {
        const options = heartbeat === undefined ? { heartbeat: 15_000 } : { heartbeat }
        const root = await start(options)
        const leaf = await follow(await follow(root, options), options)
        const [rootUrl, leafUrl] = [root, leaf].map(
          ({ server }) => `ws://127.0.0.1:${server.getStatus().port}`,
        ) as [string, string]
        const { subject, close } = await openRelayStage({
          urls: [rootUrl, leafUrl],
          ...TREE_KEYS,
          crowd: CROWD,
          patience: PATIENCE_MS,
          ...(heartbeat !== undefined && { heartbeat }),
        })
        const at = (session = subject.name): string => formatSocketUrl({ relay: leafUrl, session })
        const stage: RelayStage = {
          ...subject,
          viewer: (given, session) =>
            subject.client(at(session), 'viewer', { key: TREE_KEYS.viewerKey, ...given }),
          reader: () =>
            openStreamReader({ url: at(), key: TREE_KEYS.viewerKey, patience: PATIENCE_MS }),
        }
        await check(stage).finally(close)
      },
      20_000 + duration,
    )
  }
})
