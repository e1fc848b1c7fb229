import { type ChildRelay, startChildRelay } from '../../../server/test/child-relay.ts'

/** Starts a relay whose limits allow all viewers to connect from one address and to reconnect at once. */
export function startSwarmRelay(
  viewers: number,
  { hostKey, viewerKey }: { hostKey: string; viewerKey?: string | undefined },
): Promise<ChildRelay> {
  return startChildRelay({
    hostKey,
    ...(viewerKey === undefined ? { open: true } : { viewerKey }),
    limits: {
      // The relay may still count a viewer that was just cut off.
      viewersPerSession: 2 * viewers,
      viewersPerAddress: 2 * viewers,
      connectionsPerMinute: 1000 + 10 * viewers,
    },
  })
}
