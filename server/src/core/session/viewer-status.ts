import type { HostPresence, Position, StatusMessage } from '@vue-sync/vue/protocol'

export interface ViewerStatusOptions {
  /** The position of the latest message. */
  head: () => Position | undefined
  encode: (message: StatusMessage) => Uint8Array
}

/** The status that viewers of a session receive besides its state. It is encoded once for all of them. */
export interface ViewerStatus {
  readonly host: HostPresence['host']
  /** Since when the host is online or offline, in milliseconds since 1970. */
  readonly since: number
  /** The session's name. It stays when the host leaves, and when the next host sends none. */
  readonly name: string | undefined
  setHost: (host: HostPresence['host'], since?: number) => void
  /** Sets whether the host has changes that viewers lack. Returns whether that is new. */
  setBehind: (isBehind: boolean) => boolean
  setName: (name: string) => void
  /** Sets the hash of the state at the head. */
  setHash: (hash: number) => void
  /** Must be called when the head changes: the status states it, and the hash belongs to the state before. */
  headChanged: () => void
  /**
   * Returns the encoded status. A viewer that is not current receives it without a position, which it would
   * take for a gap.
   */
  bytes: (isCurrent: boolean) => Uint8Array
}

export function createViewerStatus({ head, encode }: ViewerStatusOptions): ViewerStatus {
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
    setHash(next) {
      hash = next
      encoded = undefined
    },
    headChanged() {
      encoded = hash = undefined
    },
    bytes(isCurrent) {
      if (isCurrent && encoded) return encoded
      const payload = {
        ...presence,
        ...(isBehind && { behind: true }),
        ...(name !== undefined && { name }),
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
