import type { ListedViewer } from './backplane.ts'
import type { Session } from '../session/session.ts'

/** The viewers of a session on this node. */
export function listLocalViewers({ audience }: Session, node: string): ListedViewer[] {
  return audience.list().map(({ number, pass, since, peer }) => ({
    id: `${node}.${number}`,
    token: pass.id,
    since,
    bufferedBytes: peer.buffered(),
  }))
}
