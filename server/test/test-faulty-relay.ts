import { onTestFinished } from 'vitest'
import { testRelay } from '../src/conformance/relays/relay-conformance.ts'
import { type RelayFault, startFaultyRelay } from './faulty-relay.ts'

export interface FaultyRelayTest {
  /** The requirement. */
  id: string
  fault: RelayFault
  /** Milliseconds to wait for an answer. */
  patience: number
  heartbeat?: number | undefined
}

/** Tests a relay with a fault against one requirement. Resolves to the result. */
export async function testFaultyRelay({ id, fault, patience, heartbeat }: FaultyRelayTest) {
  const { url, hostKey, viewerKey, stop } = await startFaultyRelay(fault, heartbeat)
  onTestFinished(stop)
  const results = await testRelay({
    urls: [url],
    hostKey,
    viewerKey,
    only: [id],
    patience,
    ...(heartbeat !== undefined && { heartbeat }),
  })
  return results[0]!
}
