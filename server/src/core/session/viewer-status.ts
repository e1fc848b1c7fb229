import type { HostPresence, Position, StatusMessage } from '@vue-sync/vue/protocol'

export interface ViewerStatusOptions {
  /** The position of the latest message. */
  head: () => Position | undefined
  encode: (message: StatusMessage) => Uint8Array
}

/** What viewers are told besides the state. Encoded once for all of them. */
export class ViewerStatus {
  readonly #options: ViewerStatusOptions
  #presence: HostPresence = { host: 'offline', since: Date.now() }
  /** What the host calls the session: stays when the host goes, and when the next says none. */
  #name: string | undefined
  /** Of the state at the head. */
  #hash: number | undefined
  #bytes: Uint8Array | undefined

  constructor(options: ViewerStatusOptions) {
    this.#options = options
  }

  get host(): HostPresence['host'] {
    return this.#presence.host
  }

  get since(): number {
    return this.#presence.since
  }

  get name(): string | undefined {
    return this.#name
  }

  setHost(host: HostPresence['host'], since = Date.now()): void {
    this.#presence = { host, since }
    this.#bytes = undefined
  }

  setName(name: string | undefined): void {
    this.#name = name
    this.#bytes = undefined
  }

  setHash(hash: number): void {
    this.#hash = hash
    this.#bytes = undefined
  }

  /** A message changes the position that the status states, and the hash is of the state before. */
  stateChanged(): void {
    this.#bytes = this.#hash = undefined
  }

  /** For who holds all, and for who does not: that one must not be told a position, or would take it for a gap. */
  bytes(isCurrent: boolean): Uint8Array {
    if (isCurrent && this.#bytes) return this.#bytes
    const presence = { ...this.#presence, ...(this.#name !== undefined && { name: this.#name }) }
    if (!isCurrent) return this.#options.encode({ type: 'status', payload: presence })
    this.#bytes = this.#options.encode({
      type: 'status',
      ...this.#options.head(),
      payload: { ...presence, ...(this.#hash !== undefined && { hash: this.#hash }) },
    })
    return this.#bytes
  }
}
