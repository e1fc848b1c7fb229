import {
  BACKOFF_DEFAULTS,
  backoffDelay,
  type Position,
  type SyncAddress,
} from '@vue-sync/vue/protocol'
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

/** A simulated viewer that counts what it receives, and dials again over one transport. */
export abstract class ReturningViewer {
  /** The connection ended, and the viewer does not redial. */
  isGone = false
  /** The first dial has succeeded or failed. */
  isDialled = false
  #resolve!: () => void
  readonly dialled = new Promise<void>((resolve) => (this.#resolve = resolve))
  #waiting: ReturnType<typeof setTimeout> | undefined
  protected waits = 0
  protected readonly options: ViewerOptions
  protected readonly tally: Tally
  protected readonly received: ReceivedMessages

  constructor(tally: Tally, options: ViewerOptions) {
    this.tally = tally
    this.options = options
    this.received = new ReceivedMessages(tally)
  }

  abstract get isOpen(): boolean
  protected abstract dial(): void
  /** Ends the connection as a failing network would. */
  protected abstract drop(): void

  /** Returns how many messages the viewer lacks up to a position. */
  missing(at: Position): number {
    return this.received.missing(at)
  }

  /** Cuts the connection as a failing network would, and redials after the library's backoff. */
  cut(): void {
    if (this.isGone) return
    this.hangUp()
    this.redial()
  }

  close(): void {
    this.isGone = true
    this.hangUp()
  }

  protected settle(): void {
    this.isDialled = true
    this.#resolve()
  }

  protected hangUp(): void {
    clearTimeout(this.#waiting)
    this.drop()
  }

  protected redial(): void {
    this.received.lose()
    const wait = backoffDelay(this.waits++, BACKOFF_DEFAULTS, Math.random())
    this.#waiting = setTimeout(() => {
      dialInTurn(() => this.isGone || this.dial())
    }, wait)
  }
}
