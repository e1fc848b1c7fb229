/** The values of `readyState`. */
export const STATE = { connecting: 0, open: 1, closing: 2, closed: 3 } as const

/** Why a transport of HTTP ended, where the next choice depends on it. */
export type Fault =
  /** Something between relay and viewer holds back bytes. */
  | 'held'
  /** The body was cut off soon after the request. */
  | 'cut'

/** The end of a connection. Not the browser's `CloseEvent`, which is missing in Node 20. */
export class TransportClosed extends Event {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
  readonly fault: Fault | undefined
  /** Has the parameters of other events, because partysocket copies an event in this way. */
  constructor(type: string, init: { code: number; reason: string; fault?: Fault | undefined }) {
    super(type)
    this.code = init.code
    this.reason = init.reason
    this.wasClean = init.code !== LOST
    this.fault = init.fault
  }
}

/** The close code of a connection that ended without one. */
export const LOST = 1006

/** The actions that a socket asks of its transport. */
export interface TransportActions {
  /** Called once, when the user closes the socket. */
  close: (code?: number, reason?: string) => void
  /** @default drops what is sent */
  send?: (data: Sent) => void
  buffered?: () => number
}

type Sent = Parameters<WebSocket['send']>[0]

/** A long frame is arriving. `detail` has its bytes as far as they are known. */
export type ArrivingEvent = CustomEvent<{ received: number; total: number | undefined }>

/** The base of each transport. partysocket and the fallback use it and a `WebSocket` in the same way. */
export class TransportSocket extends EventTarget {
  readyState: number = STATE.connecting
  binaryType: BinaryType = 'arraybuffer'
  readonly url: string
  readonly protocol = ''
  readonly extensions = ''
  readonly #actions: TransportActions

  constructor(url: string, actions: TransportActions) {
    super()
    this.url = url
    this.#actions = actions
  }

  get bufferedAmount(): number {
    return this.#actions.buffered?.() ?? 0
  }

  send(data: Sent): void {
    if (this.readyState === STATE.open) this.#actions.send?.(data)
  }

  close(code?: number, reason?: string): void {
    if (this.readyState >= STATE.closing) return
    this.readyState = STATE.closing
    this.#actions.close(code, reason)
    queueMicrotask(() => this.end(code ?? 1000, reason ?? ''))
  }

  /** The relay has answered. */
  open(): void {
    if (this.readyState !== STATE.connecting) return
    this.readyState = STATE.open
    this.dispatchEvent(new Event('open'))
  }

  receive(data: unknown): void {
    if (this.readyState !== STATE.open) return
    this.dispatchEvent(new MessageEvent('message', { data }))
  }

  arriving(received: number, total: number | undefined): void {
    if (this.readyState === STATE.open)
      this.dispatchEvent(new CustomEvent('arriving', { detail: { received, total } }))
  }

  /** The relay or the network has ended the connection. */
  end(code: number, reason: string, fault?: Fault): void {
    if (this.readyState === STATE.closed) return
    this.readyState = STATE.closed
    this.dispatchEvent(new TransportClosed('close', { code, reason, fault }))
  }
}
