import { afterEach, expect, it } from 'vitest'
import { ask, type Client, config, session } from '../../../test/client.ts'
import { hasSeen, seen } from '../../../test/nodes-suite.ts'
import { createTree, TREE_KEYS } from '../../../test/tree.ts'

const { start, follow, dial, clear } = createTree()
afterEach(clear)

const DELTAS = 300

/** A host that answers each request for its whole state. */
async function publish(host: Client, from: number, to: number): Promise<void> {
  let answered = 0
  for (let seq = from; seq <= to; seq++) {
    host.send(config('e', seq, { at: seq }))
    if (seq % 20 !== 0) continue
    await new Promise((resolve) => setTimeout(resolve, 5))
    const wanted = host.of('status').filter(({ payload }) => payload['want'] !== undefined).length
    if (wanted > answered) host.send(session('e', seq, { at: seq }))
    answered = wanted
  }
}

// In step with the host a viewer gets no whole state, so the first one would grow old at a relay that is a viewer.
it('fetches a whole state when the messages since the last one have become many, without disturbing its viewers', async () => {
  const root = await start()
  const leaf = await follow(root)
  const host = await dial(root, 'host')
  host.send(session('e', 0, { at: 0 }))
  const early = await dial(leaf, 'viewer')
  await hasSeen(early, 'e', 0)
  await publish(host, 1, DELTAS)
  await hasSeen(early, 'e', DELTAS)
  await expect
    .poll(async () => {
      const late = await dial(leaf, 'viewer')
      await hasSeen(late, 'e', DELTAS)
      await late.close()
      return seen(late).length
    })
    .toBeLessThan(DELTAS / 2)
  expect(seen(early)).toEqual([
    'all e 0',
    ...Array.from({ length: DELTAS }, (_, index) => `some e ${index + 1}`),
  ])
  expect(early.of('status').map(({ payload }) => payload['host'])).not.toContain('offline')
}, 60_000)

it('serves the log over HTTP from what it has, and waits for more', async () => {
  const root = await start()
  const leaf = await follow(root)
  const host = await dial(root, 'host')
  host.send(session('e', 0, { at: 0 }))
  const headers = { authorization: `Bearer ${TREE_KEYS.viewerKey}` }
  const lines = async (path: string) => {
    const { status, body } = await ask(leaf.server, path, { headers })
    expect(status).toBe(200)
    return body
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { type: string; seq?: number; query?: string })
  }
  const first = await lines('/state')
  expect(first.map(({ type }) => type)).toEqual(['session_update', 'status', 'next'])
  const waiting = lines(`/log?${first.at(-1)!.query}&live=1`)
  host.send(config('e', 1, { at: 1 }))
  const next = await waiting
  expect(next.map(({ type, seq }) => [type, seq])).toEqual([
    ['config_update', 1],
    ['status', 1],
    ['next', undefined],
  ])
  const ended = lines(`/log?${next.at(-1)!.query}&live=1`)
  await root.stop()
  const [status] = await ended
  expect(status).toMatchObject({ type: 'status', payload: { host: 'offline' } })
  const refused = await ask(leaf.server, '/state', { headers: { authorization: 'Bearer wrong' } })
  expect(refused.status).toBe(401)
})
