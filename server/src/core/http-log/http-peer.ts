import type { RelayPeer } from '../session/relay-peer.ts'

const peers = new WeakMap<object, RelayPeer>()

/** Sets how a session sends to a viewer over HTTP. */
export function setRelayPeer(viewer: object, peer: RelayPeer): void {
  peers.set(viewer, peer)
}

/** How a session sends to a viewer over HTTP; `undefined` for a peer of crossws. */
export const relayPeerOf = (peer: object): RelayPeer | undefined => peers.get(peer)
