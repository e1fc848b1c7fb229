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
  /** It dials again by the library's own backoff, unless it is told not to. @default false */
  reconnect?: boolean
  /** The address of this machine that it dials from. @default the system's choice */
  localAddress?: string | undefined
}

/** As the library's link has it. */
const DIAL_TIMEOUT_MS = 8000

/** One viewer: a plain socket that keeps its place in the stream, and counts what is wrong with it. */
export class SwarmViewer {
  held: Position | undefined
  /** It was sent away, and does not dial again. */
  isGone = false
  readonly #options: ViewerOptions
  readonly #tally: Tally
  #socket: WebSocket | undefined
  #waiting: ReturnType<typeof setTimeout> | undefined
  #waits = 0
  /** While it resumes: since when, and what it was sent. */
  #resuming: { since: number; by: Resumed } | undefined
  /** The first dial has ended, well or not. */
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

  /** How many messages it lacks of what leads to a position. */
  missing({ epoch, seq }: Position): number {
    return this.held?.epoch === epoch ? Math.max(0, seq - this.held.seq) : seq + 1
  }

  /** Cuts the connection as a network would, and dials again after the wait that the library would take. */
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
      if (socket === this.#socket) this.#take(data)
    })
    socket.on('error', (error) => (failure = error))
    socket.on('close', (code) => {
      settle()
      // One that was let go of has nothing to say.
      if (socket !== this.#socket) return
      this.#socket = undefined
      // A code of this end's own making says less than the reason for it.
      const why = (code === 1006 && (failure?.code ?? failure?.message)) || String(code)
      reasons[why] = (reasons[why] ?? 0) + 1
      if (this.#options.reconnect && !isTerminal(code)) this.#redial()
      else this.isGone = true
    })
  }

  #redial(): void {
    this.#resuming = { since: this.#resuming?.since ?? now(), by: 'nothing' }
    const wait = backoffDelay(this.#waits++, BACKOFF_DEFAULTS, Math.random())
    this.#waiting = setTimeout(() => {
      dialInTurn(() => this.isGone || this.#dial())
    }, wait)
  }

  #take(data: Buffer): void {
    const head = readHead(data)
    if (!head) return
    const { held } = this
    const verdict = judge(held, head as Message)
    if (head.type === 'status') this.#takeStatus(verdict === 'gap', head)
    else {
      this.#tally.bytes += data.length
      this.#tally.lastAt = now()
      if (head.type === 'session_update') this.#takeAll(head as Position)
      else this.#takeChange(verdict, head)
    }
  }

  #takeAll(position: Position): void {
    if (this.held?.epoch === position.epoch) {
      const ahead = position.seq - this.held.seq
      if (ahead < 0) this.#tally.twice++
      else this.#tally.skipped += ahead
    }
    if (this.#resuming) this.#resuming.by = 'snapshot'
    this.held = position
  }

  #takeChange(verdict: ReturnType<typeof judge>, head: Head): void {
    const tally = this.#tally
    tally.received++
    if (verdict === 'ignore') {
      if (this.held) tally.twice++
      return
    }
    if (verdict === 'gap') this.#skip(head as Position, 1)
    if (this.#resuming?.by === 'nothing') this.#resuming.by = 'tail'
    if (!this.#resuming && head.at !== undefined)
      tally.latency.record(Math.max(1, tally.lastAt - head.at))
    this.held = head as Position
  }

  /** The relay has sent all that it has: what is then missing will not come. */
  #takeStatus(isGap: boolean, head: Head): void {
    if (isGap) {
      this.#skip(head as Position, 0)
      this.held = head as Position
    }
    if (!this.#resuming) return
    const { since, by } = this.#resuming
    this.#resuming = undefined
    this.#waits = 0
    this.#tally.back.record(Math.max(1, now() - since))
    this.#tally.resumed[by]++
  }

  /** A viewer would dial again for what it misses; here it is counted, and it goes on from there. */
  #skip({ epoch, seq }: Position, taken: number): void {
    const { held } = this
    this.#tally.lost += held?.epoch === epoch ? seq - held.seq - taken : 1
  }
}
