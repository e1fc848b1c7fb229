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

const PATIENCE_MS = 10_000

/** The host's part of the protocol on a plain socket, with a snapshot whenever the relay wants one. */
export class SwarmHost {
  readonly position: Position = { epoch: randomId(), seq: 0 }
  /** Why it can send no more, in words. */
  ended: string | undefined
  readonly #socket: WebSocket
  readonly #state: () => Payload

  constructor(address: SyncAddress, state: () => Payload) {
    this.#state = state
    this.#socket = new WebSocket(formatSocketUrl(address), offerProtocols('host', address.key), {
      handshakeTimeout: PATIENCE_MS,
      perMessageDeflate: false,
    })
    this.#socket.on('message', (data: Buffer) => {
      if (parseStatus(String(data))?.want) this.#send('session_update', this.#state())
    })
    this.#socket.on('error', ({ message }) => (this.ended ??= message))
    this.#socket.on('close', (code, reason) => (this.ended ??= `${code} ${String(reason)}`.trim()))
  }

  /** Bytes that the network has not taken yet. */
  get buffered(): number {
    return this.#socket.bufferedAmount
  }

  /** @throws Error with the relay's own words, when it does not want this host */
  async ready(): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const events = ['message', 'close'].map((name) =>
      once(this.#socket, name, { signal }).catch(() => {}),
    )
    await Promise.race(events)
    if (this.#socket.readyState !== WebSocket.OPEN) throw new Error(this.ended ?? 'no answer')
  }

  /** Sends the next change; what it changes must be in the state by then. */
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
