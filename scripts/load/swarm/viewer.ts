import {
  BACKOFF_DEFAULTS,
  backoffDelay,
  formatSocketUrl,
  isTerminal,
  judge,
  type Message,
  offerProtocols,
  type Position,
  type SyncAddress,
} from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'
import { dialInTurn } from './dial-queue.ts'
import { type Head, now, readHead } from './head.ts'
import type { Resumed, Tally } from './tally.ts'

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
  held: Position | undefined
  /** The connection ended, and the viewer does not redial. */
  isGone = false
  readonly #options: ViewerOptions
  readonly #tally: Tally
  #socket: WebSocket | undefined
  #waiting: ReturnType<typeof setTimeout> | undefined
  #waits = 0
  /** Set while the viewer resumes. */
  #resuming: { since: number; by: Resumed } | undefined
  /** The first dial has succeeded or failed. */
  isDialled = false
  #settle!: () => void
  readonly dialled = new Promise<void>((resolve) => (this.#settle = resolve))

  constructor(tally: Tally, options: ViewerOptions) {
    this.#tally = tally
    this.#options = options
    this.#dial()
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  /** Returns how many messages the viewer lacks up to a position. */
  missing({ epoch, seq }: Position): number {
    return this.held?.epoch === epoch ? Math.max(0, seq - this.held.seq) : seq + 1
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
      formatSocketUrl(address, this.held),
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
    this.#resuming = { since: this.#resuming?.since ?? now(), by: 'none' }
    const wait = backoffDelay(this.#waits++, BACKOFF_DEFAULTS, Math.random())
    this.#waiting = setTimeout(() => {
      dialInTurn(() => this.isGone || this.#dial())
    }, wait)
  }

  #receive(data: Buffer): void {
    const head = readHead(data)
    if (!head) return
    const { held } = this
    const verdict = judge(held, head as Message)
    if (head.type === 'status') this.#receiveStatus(verdict === 'gap', head)
    else {
      this.#tally.bytes += data.length
      this.#tally.lastAt = now()
      if (head.type === 'session_update') this.#receiveSnapshot(head as Position)
      else this.#receiveChange(verdict, head)
    }
  }

  #receiveSnapshot(position: Position): void {
    if (this.held?.epoch === position.epoch) {
      const ahead = position.seq - this.held.seq
      if (ahead < 0) this.#tally.duplicated++
      else this.#tally.skipped += ahead
    }
    if (this.#resuming) this.#resuming.by = 'snapshot'
    this.held = position
  }

  #receiveChange(verdict: ReturnType<typeof judge>, head: Head): void {
    const tally = this.#tally
    tally.received++
    if (verdict === 'ignore') {
      if (this.held) tally.duplicated++
      return
    }
    if (verdict === 'gap') this.#countLost(head as Position, 1)
    if (this.#resuming?.by === 'none') this.#resuming.by = 'tail'
    if (!this.#resuming && head.at !== undefined)
      tally.latency.record(Math.max(1, tally.lastAt - head.at))
    this.held = head as Position
  }

  /** The relay sends a status after all messages it has, so a gap at this point means lost messages. */
  #receiveStatus(isGap: boolean, head: Head): void {
    if (isGap) {
      this.#countLost(head as Position, 0)
      this.held = head as Position
    }
    if (!this.#resuming) return
    const { since, by } = this.#resuming
    this.#resuming = undefined
    this.#waits = 0
    this.#tally.reconnect.record(Math.max(1, now() - since))
    this.#tally.resumed[by]++
  }

  /** Counts lost messages and continues; a real viewer would reconnect to get them. */
  #countLost({ epoch, seq }: Position, received: number): void {
    const { held } = this
    this.#tally.lost += held?.epoch === epoch ? seq - held.seq - received : 1
  }
}
