import type { AccessRules, Position } from '@vue-sync/vue/protocol'
import type { Entry } from './retained.ts'

/** Called by a session for what happens on this node, so that other nodes can be informed. */
export interface SessionEvents {
  /**
   * A host connected to this node, or left it.
   *
   * @param epoch of the state that the host announced
   */
  onHostChange: (isHere: boolean, epoch?: string) => void
  /** The host on this node has changes that viewers lack, or no longer has. */
  onLagChange: () => void
  /** The host on this node published a message. */
  onEntry: (entry: Entry) => void
  /** A whole state of the host on this node has arrived after messages that follow it. */
  onLateSnapshot: () => void
  onNameChange: () => void
  /** The access rules changed on this node. */
  onAccessChange: (rules: AccessRules) => void
  /** The host on this node sent the hash of its state. */
  onHash: (position: Position, hash: number) => void
  onCountChange: () => void
  /** A snapshot is needed, and the host is not on this node. */
  onSnapshotNeeded: () => void
}
