import { formatSocketUrl, isTerminal, offerProtocols } from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'
import { ReturningViewer, type ViewerOptions } from './returning-viewer.ts'
import type { Tally } from './tally.ts'

/** The same timeout as in the library's link. */
const DIAL_TIMEOUT_MS = 8000

/** A viewer on a plain socket that tracks its position in the stream and counts errors. */
export class SwarmViewer extends ReturningViewer {
  #socket: WebSocket | undefined

  constructor(tally: Tally, options: ViewerOptions) {
    super(tally, options)
    this.dial()
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  protected drop(): void {
    const socket = this.#socket
    this.#socket = undefined
    socket?.terminate()
  }

  protected dial(): void {
    const { address, localAddress } = this.options
    const socket = new WebSocket(
      formatSocketUrl(address, this.received.held),
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
    let reasons = this.tally.failures
    socket.on('open', () => {
      reasons = this.tally.closes
      this.settle()
    })
    socket.on('message', (data: Buffer) => {
      if (socket === this.#socket) this.#receive(data)
    })
    socket.on('error', (error) => (failure = error))
    socket.on('close', (code) => {
      this.settle()
      // This viewer has already dropped the socket itself.
      if (socket !== this.#socket) return
      this.#socket = undefined
      // Code 1006 only means that no close frame arrived; the socket's error says why.
      const why = (code === 1006 && (failure?.code ?? failure?.message)) || String(code)
      reasons[why] = (reasons[why] ?? 0) + 1
      if (this.options.reconnect && !isTerminal(code)) this.redial()
      else this.isGone = true
    })
  }

  #receive(data: Buffer): void {
    const wasResuming = this.received.isResuming
    this.received.add(data)
    if (wasResuming && !this.received.isResuming) this.waits = 0
  }
}
