import {
  BACKOFF_DEFAULTS,
  backoffDelay,
  formatSocketUrl,
  isTerminal,
  offerProtocols,
  type Position,
  type SyncAddress,
} from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'
import { dialInTurn } from './dial-queue.ts'
import { ReceivedMessages } from './received-messages.ts'
import type { Tally } from './tally.ts'

export interface ViewerOptions {
  address: SyncAddress
  /** Redial with the library's backoff after an unexpected close, unless the close code is final. @default false */
  reconnect?: boolean
  /** The local address to dial from. @default the system chooses the address */
  localAddress?: string | undefined
}

/** The same timeout as in the library's link. */
const DIAL_TIMEOUT_MS = 8000

/** A viewer on a plain socket that tracks its position in the stream and counts errors. */
export class SwarmViewer {
  /** The connection ended, and the viewer does not redial. */
  isGone = false
  readonly #options: ViewerOptions
  readonly #tally: Tally
  readonly #received: ReceivedMessages
  #socket: WebSocket | undefined
  #waiting: ReturnType<typeof setTimeout> | undefined
  #waits = 0
  /** The first dial has succeeded or failed. */
  isDialled = false
  #settle!: () => void
  readonly dialled = new Promise<void>((resolve) => (this.#settle = resolve))

  constructor(tally: Tally, options: ViewerOptions) {
    this.#tally = tally
    this.#received = new ReceivedMessages(tally)
    this.#options = options
    this.#dial()
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  /** Returns how many messages the viewer lacks up to a position. */
  missing(at: Position): number {
    return this.#received.missing(at)
  }

  /** Cuts the connection as a failing network would, and redials after the library's backoff. */
  cut(): void {
    if (this.isGone) return
    this.#hangUp()
    this.#redial()
  }

  close(): void {
    this.isGone = true
    this.#hangUp()
  }

  #hangUp(): void {
    clearTimeout(this.#waiting)
    const socket = this.#socket
    this.#socket = undefined
    socket?.terminate()
  }

  #dial(): void {
    const { address, localAddress } = this.#options
    const socket = new WebSocket(
      formatSocketUrl(address, this.#received.held),
      offerProtocols('viewer', address.key),
      {
        handshakeTimeout: DIAL_TIMEOUT_MS,
        perMessageDeflate: false,
        skipUTF8Validation: true,
        ...(localAddress && { localAddress }),
      },
    )
    this.#socket = socket
    let failure: NodeJS.ErrnoException | undefined
    let reasons = this.#tally.failures
    const settle = (): void => {
      this.isDialled = true
      this.#settle()
    }
    socket.on('open', () => {
      reasons = this.#tally.closes
      settle()
    })
    socket.on('message', (data: Buffer) => {
      if (socket === this.#socket) this.#receive(data)
    })
    socket.on('error', (error) => (failure = error))
    socket.on('close', (code) => {
      settle()
      // This viewer has already dropped the socket itself.
      if (socket !== this.#socket) return
      this.#socket = undefined
      // Code 1006 only means that no close frame arrived; the socket's error says why.
      const why = (code === 1006 && (failure?.code ?? failure?.message)) || String(code)
      reasons[why] = (reasons[why] ?? 0) + 1
      if (this.#options.reconnect && !isTerminal(code)) this.#redial()
      else this.isGone = true
    })
  }

  #redial(): void {
    this.#received.lose()
    const wait = backoffDelay(this.#waits++, BACKOFF_DEFAULTS, Math.random())
    this.#waiting = setTimeout(() => {
      dialInTurn(() => this.isGone || this.#dial())
    }, wait)
  }

  #receive(data: Buffer): void {
    const wasResuming = this.#received.isResuming
    this.#received.add(data)
    if (wasResuming && !this.#received.isResuming) this.#waits = 0
  }
}
