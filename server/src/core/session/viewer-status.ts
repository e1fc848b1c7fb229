import {
  type HostPresence,
  MOST_BYTES,
  type Position,
  type StatusMessage,
} from '@vue-sync/vue/protocol'

export interface ViewerStatusOptions {
  /** The position of the latest message. */
  head: () => Position | undefined
  encode: (message: StatusMessage) => Uint8Array
  /** Bytes of one message from a host, until `setLimit`. Viewers assume the default, and learn of any other. */
  limit: number
}

/** The status that viewers of a session receive besides its state. It is encoded once for all of them. */
export interface ViewerStatus {
  readonly host: HostPresence['host']
  /** Since when the host is online or offline, in milliseconds since 1970. */
  readonly since: number
  /** The session's name. It stays when the host leaves. `''` if the host says that there is none. */
  readonly name: string | undefined
  /** Whether the limit is not the one that viewers assume. */
  readonly hasLimit: boolean
  setHost: (host: HostPresence['host'], since?: number) => void
  /** Sets whether the host has changes that viewers lack. Returns whether that is new. */
  setBehind: (isBehind: boolean) => boolean
  setName: (name: string) => void
  setLimit: (limit: number) => void
  /** Sets the hash of the state at the head. */
  setHash: (hash: number) => void
  /** Must be called when the head changes: the status states it, and the hash belongs to the state before. */
  headChanged: () => void
  /**
   * Returns the encoded status. A viewer that is not current receives it without a position, which it would
   * take for a gap.
   *
   * @param receiving bytes of a message that it is being sent in parts; it is not current then
   */
  bytes: (isCurrent: boolean, receiving?: number) => Uint8Array
}

export function createViewerStatus(options: ViewerStatusOptions): ViewerStatus {
  const { head, encode } = options
  let { limit } = options
  let presence: HostPresence = { host: 'offline', since: Date.now() }
  let name: string | undefined
  let hash: number | undefined
  let isBehind = false
  /** The encoded status for current viewers; `undefined` when something in it has changed. */
  let encoded: Uint8Array | undefined

  return {
    get host() {
      return presence.host
    },
    get since() {
      return presence.since
    },
    get name() {
      return name
    },
    get hasLimit() {
      return limit !== MOST_BYTES
    },
    setHost(host, since = Date.now()) {
      presence = { host, since }
      encoded = undefined
    },
    setBehind(next) {
      if (next === isBehind) return false
      isBehind = next
      encoded = undefined
      return true
    },
    setName(next) {
      name = next
      encoded = undefined
    },
    setLimit(next) {
      limit = next
      encoded = undefined
    },
    setHash(next) {
      hash = next
      encoded = undefined
    },
    headChanged() {
      encoded = hash = undefined
    },
    bytes(isCurrent, receiving) {
      if (isCurrent && encoded) return encoded
      const payload = {
        ...presence,
        ...(isBehind && { behind: true }),
        ...(name !== undefined && { name: name || null }),
        ...(receiving !== undefined && { receiving }),
        ...(limit !== MOST_BYTES && { limit }),
      }
      if (!isCurrent) return encode({ type: 'status', payload })
      encoded = encode({
        type: 'status',
        ...head(),
        payload: { ...payload, ...(hash !== undefined && { hash }) },
      })
      return encoded
    },
  }
}
