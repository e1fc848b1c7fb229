import { type ChildRelay, startChildRelay } from '../../../server/test/child-relay.ts'

/** A relay of its own for a swarm: all of it comes from one address, and may come again at once. */
export function startSwarmRelay(
  viewers: number,
  { hostKey, viewerKey }: { hostKey: string; viewerKey?: string | undefined },
): Promise<ChildRelay> {
  return startChildRelay({
    hostKey,
    ...(viewerKey === undefined ? { open: true } : { viewerKey }),
    limits: {
      // One that was cut may be counted a moment longer than it is there.
      viewersPerSession: 2 * viewers,
      viewersPerAddress: 2 * viewers,
      connectionsPerMinute: 1000 + 10 * viewers,
    },
  })
}
