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
import { joined, markHolder } from './runs.ts'
import { diffSnapshots } from './snapshot-diff.ts'

export interface Publisher {
  /** The position of the latest message, which the host sends on connect; `undefined` before the first one. */
  readonly position: Position | undefined
  /** Adds a store; `read` gives its snapshot with structural sharing. */
  add: (id: string, read: () => StoreFields) => void
  remove: (id: string) => void
  /** Starts over with a new epoch, so that no earlier position is valid. */
  restart: (epoch: string) => void
  /**
   * Sends the changes since the last message, of all stores in one message. Sends nothing without changes. Gives
   * `false` when changes could not be sent.
   */
  flush: () => boolean
  /** Sends the whole state, even if nothing changed. Gives `false` when changes could not be sent. */
  flushAll: () => boolean
  /** The latest message was too large. The same state is not sent as a whole again, and a changed one after a wait. */
  refuse: () => void
  /** Sends a hash of the state, once per position, and only if the position is that of the previous call. */
  flushHash: () => void
}

/** Before a state is encoded again that was too large, and has changed since. */
const RETRY_MS = 5000

/**
 * Turns snapshots into messages and assigns their positions. If a message could not be sent, its position is
 * not used, and the next flush sends its changes.
 *
 * @param epoch random, one per publisher until it is restarted
 * @param send gives `false` when there is no connection
 * @param arriving gives the state as it arrives in viewers, for its hash
 */
export function createPublisher(
  epoch: string,
  send: (message: SessionUpdate | ConfigUpdate | StatusMessage) => boolean,
  arriving = (state: Payload): Payload => state,
): Publisher {
  const stores = new Map<string, () => StoreFields>()
  const hashes: HashCache = new WeakMap()
  let sent: Payload | undefined
  let seq = 0
  let seen = 0
  let hashed = 0
  /** The state of the latest message, and that of a message that was too large. */
  let tried: Payload | undefined
  let refused: Payload | undefined
  let refusedAt = 0

  /** Whether encoding the whole state again would be in vain, or would cost too much time. */
  function isRefused(next: Payload): boolean {
    if (!refused) return false
    return Date.now() - refusedAt < RETRY_MS || diffSnapshots(refused, next).kind === 'same'
  }

  function publish(all: boolean): boolean {
    const next: Payload = {}
    for (const [id, read] of stores) markHolder((next[id] = read()))
    markHolder(next)
    const difference = sent ? diffSnapshots(sent, next) : { kind: 'structure' as const }
    if (difference.kind === 'same' && !all) {
      sent = next
      return true
    }
    const position = { epoch, seq: difference.kind === 'same' ? seq : seq + 1 }
    const message: SessionUpdate | ConfigUpdate =
      difference.kind === 'fields' && !all
        ? {
            type: 'config_update',
            ...position,
            payload: difference.changed,
            ...(difference.patch.length > 0 && { patch: difference.patch }),
          }
        : { type: 'session_update', ...position, payload: joined(next) }
    const hasChanged = difference.kind !== 'same'
    if (message.type === 'session_update' && isRefused(next)) return !hasChanged
    tried = next
    if (!send(message)) return !hasChanged
    sent = next
    seq = position.seq
    return true
  }

  return {
    get position() {
      return sent && { epoch, seq }
    },
    add: (id, read) => void stores.set(id, read),
    remove: (id) => void stores.delete(id),
    restart(next) {
      epoch = next
      sent = refused = undefined
      seq = seen = hashed = 0
    },
    flush: () => publish(false),
    flushAll: () => publish(true),
    refuse() {
      refused = tried
      refusedAt = Date.now()
    },
    flushHash() {
      const idle = seen === seq
      seen = seq
      if (!sent || !idle || hashed === seq) return
      hashed = seq
      send({
        type: 'status',
        epoch,
        seq,
        payload: { hash: hashOf(arriving(joined(sent)), hashes) },
      })
    },
  }
}
