import { afterEach, describe, expect, it } from 'vitest'
import { type AnyMessage, ask, type Client, connect, session } from '../../server/test/client.ts'
import { startCliRelay } from '../support/relays/cli-relay.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'

const WORKERS = 3
const VIEWERS = 9

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

const relayAt = (port: number) => ({
  hostKey: HOST_KEY,
  viewerKey: VIEWER_KEY,
  getStatus: () => ({ port }),
})
type Relay = ReturnType<typeof relayAt>

async function startWorkers(...flags: string[]): Promise<Relay> {
  const relay = await startCliRelay({ flags: ['--workers', String(WORKERS), ...flags] })
  stops.push(relay.stop)
  return relayAt(relay.port)
}

async function crowd(relay: Relay): Promise<{ host: Client; viewers: Client[] }> {
  const host = await connect(relay, 'host')
  host.send(session('e', 0, { at: 0 }))
  const viewers = await Promise.all(Array.from({ length: VIEWERS }, () => connect(relay, 'viewer')))
  for (const viewer of viewers) await viewer.until(({ type }) => type === 'session_update')
  const isCounted = ({ payload }: AnyMessage): boolean => payload['clientCount'] === VIEWERS
  await host.until(isCounted)
  return { host, viewers }
}

async function metric(relay: Relay, name: string): Promise<number> {
  const { body } = await ask(relay, '/metrics')
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1])
}

describe('a relay with several workers', () => {
  it('reports the metrics of all workers, whichever worker answers', async () => {
    const relay = await startWorkers('--metrics')
    await crowd(relay)
    // The first worker answers before the others listen.
    await expect.poll(() => metric(relay, 'vue_sync_processes')).toBe(WORKERS)
    for (let round = 0; round < 2 * WORKERS; round++) {
      // The session is open in each worker and counts once.
      expect(await metric(relay, 'vue_sync_sessions')).toBe(1)
      expect(await metric(relay, 'vue_sync_hosts')).toBe(1)
      expect(await metric(relay, 'vue_sync_viewers')).toBe(VIEWERS)
      expect(await metric(relay, 'vue_sync_received_messages_total')).toBe(1)
      expect(await metric(relay, 'vue_sync_publish_duration_seconds_count')).toBe(1)
    }
  })
})
