import { once } from 'node:events'
import {
  formatSocketUrl,
  offerProtocols,
  parseStatus,
  type PatchOperation,
  type Payload,
  type Position,
  randomId,
  type SyncAddress,
} from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'

const CONNECT_TIMEOUT_MS = 10_000

/** A host on a plain socket that sends a snapshot whenever the relay requests one. */
export class SwarmHost {
  readonly position: Position = { epoch: randomId(), seq: 0 }
  /** Why the connection ended; `undefined` while it is open. */
  ended: string | undefined
  readonly #socket: WebSocket
  readonly #state: () => Payload

  constructor(address: SyncAddress, state: () => Payload) {
    this.#state = state
    this.#socket = new WebSocket(formatSocketUrl(address), offerProtocols('host', address.key), {
      handshakeTimeout: CONNECT_TIMEOUT_MS,
      perMessageDeflate: false,
    })
    this.#socket.on('message', (data: Buffer) => {
      if (parseStatus(String(data))?.want) this.#send('session_update', this.#state())
    })
    this.#socket.on('error', ({ message }) => (this.ended ??= message))
    this.#socket.on('close', (code, reason) => (this.ended ??= `${code} ${String(reason)}`.trim()))
  }

  /** Bytes queued in the socket. */
  get buffered(): number {
    return this.#socket.bufferedAmount
  }

  /** Waits for the relay's first message. @throws Error with the relay's close reason if it refuses the host */
  async ready(): Promise<void> {
    const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS)
    const events = ['message', 'close'].map((name) =>
      once(this.#socket, name, { signal }).catch(() => {}),
    )
    await Promise.race(events)
    if (this.#socket.readyState !== WebSocket.OPEN) throw new Error(this.ended ?? 'no answer')
  }

  /** Sends the next change. `state()` must already include it. */
  update(payload: Payload, patch?: PatchOperation[]): void {
    this.position.seq++
    this.#send('config_update', payload, patch)
  }

  close(): void {
    this.#socket.terminate()
  }

  #send(
    type: 'session_update' | 'config_update',
    payload: Payload,
    patch?: PatchOperation[],
  ): void {
    this.#socket.send(JSON.stringify({ type, ...this.position, payload, ...(patch && { patch }) }))
  }
}
