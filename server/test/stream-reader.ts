import { once } from 'node:events'
import { offerProtocols } from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'
import type { AnyMessage } from './client.ts'

/** A viewer for much traffic: holds the state and not the frames, and checks that the stream has no gap. */
export class StreamReader {
  readonly socket: WebSocket
  /** The state of the store `s`. */
  state: Record<string, unknown> = {}
  /** State messages received. */
  messages = 0
  problems: string[] = []
  #seq = -1
  #awaited: { seq: number; resolve: () => void }[] = []

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => this.#apply(JSON.parse(String(data)) as AnyMessage))
  }

  static async open(url: string, key: string): Promise<StreamReader> {
    const reader = new StreamReader(new WebSocket(`${url}/`, offerProtocols('viewer', key)))
    await once(reader.socket, 'open')
    return reader
  }

  async reaches(seq: number): Promise<void> {
    if (this.#seq >= seq) return
    await new Promise<void>((resolve) => this.#awaited.push({ seq, resolve }))
  }

  #apply({ type, seq, payload }: AnyMessage): void {
    if (type === 'status') {
      if (seq !== undefined && seq !== this.#seq)
        this.problems.push(`status of ${seq} while at ${this.#seq}`)
      return
    }
    this.messages++
    if (type === 'session_update') this.state = {}
    else if (seq !== this.#seq + 1) this.problems.push(`${seq} after ${this.#seq}`)
    Object.assign(this.state, payload['s'])
    this.#seq = seq!
    for (const { resolve } of this.#awaited.filter((one) => one.seq <= this.#seq)) resolve()
    this.#awaited = this.#awaited.filter((one) => one.seq > this.#seq)
  }
}
