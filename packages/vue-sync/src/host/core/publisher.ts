import {
  type ConfigUpdate,
  type HashCache,
  hashOf,
  type Payload,
  type Position,
  type SessionUpdate,
  type StatusMessage,
  type StoreFields,
} from '../../protocol/index.ts'
import { diffSnapshots } from './snapshot-diff.ts'

export interface Publisher {
  /** Where the host's stream is, to be sent on connect; none before the first message. */
  readonly position: Position | undefined
  /** Adds a store; `read` gives its snapshot with structural sharing. */
  add: (id: string, read: () => StoreFields) => void
  remove: (id: string) => void
  /** Begins a stream of its own: no position that anybody holds is one of it. */
  restart: (epoch: string) => void
  /** Sends what changed since the last message: one message over all stores, or none. */
  flush: () => void
  /** Sends everything, whether it changed or not. */
  flushAll: () => void
  /** Sends a hash of the state, once for each position, and not while positions still follow each other. */
  flushHash: () => void
}

/**
 * Turns snapshots into messages and assigns their positions. A message that could not be sent is no
 * message: its changes are still there for the next flush.
 *
 * @param epoch random, one per publisher until it is restarted
 * @param send gives `false` when there is no connection
 */
export function createPublisher(
  epoch: string,
  send: (message: SessionUpdate | ConfigUpdate | StatusMessage) => boolean,
): Publisher {
  const stores = new Map<string, () => StoreFields>()
  const hashes: HashCache = new WeakMap()
  let sent: Payload | undefined
  let seq = 0
  let seen = 0
  let hashed = 0

  function publish(all: boolean): void {
    const next: Payload = {}
    for (const [id, read] of stores) next[id] = read()
    const difference = sent ? diffSnapshots(sent, next) : { kind: 'structure' as const }
    if (difference.kind === 'same' && !all) return
    const position = { epoch, seq: difference.kind === 'same' ? seq : seq + 1 }
    const message: SessionUpdate | ConfigUpdate =
      difference.kind === 'fields' && !all
        ? {
            type: 'config_update',
            ...position,
            payload: difference.changed,
            ...(difference.patch.length > 0 && { patch: difference.patch }),
          }
        : { type: 'session_update', ...position, payload: next }
    if (!send(message)) return
    sent = next
    seq = position.seq
  }

  return {
    get position() {
      return sent && { epoch, seq }
    },
    add: (id, read) => void stores.set(id, read),
    remove: (id) => void stores.delete(id),
    restart(next) {
      epoch = next
      sent = undefined
      seq = seen = hashed = 0
    },
    flush: () => publish(false),
    flushAll: () => publish(true),
    flushHash() {
      const idle = seen === seq
      seen = seq
      if (!sent || !idle || hashed === seq) return
      hashed = seq
      send({ type: 'status', epoch, seq, payload: { hash: hashOf(sent, hashes) } })
    },
  }
}
