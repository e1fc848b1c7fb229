import { once } from 'node:events'
import { WebSocket } from 'ws'

const FILL = 'x'.repeat(200)
const WAVE = 100

/** One end of the soak: what it has received, and what was wrong with it. */
export class SoakViewer {
  seq = -1
  received = 0
  /** Positions that never came. */
  lost = 0
  /** Times it was sent away. */
  closed = 0
  readonly socket: WebSocket

  constructor(port: number) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/`, ['vue-sync.viewer.v1'])
    this.socket.on('message', (data: Buffer) => this.#take(String(data)))
    this.socket.on('close', () => this.closed++)
    this.socket.on('error', () => {})
  }

  #take(text: string): void {
    const { type, seq } = JSON.parse(text) as { type: string; seq: number }
    if (type === 'session_update') this.seq = seq
    if (type !== 'config_update') return
    this.received++
    this.lost += Math.abs(seq - this.seq - 1)
    this.seq = seq
  }
}

export async function openViewers(port: number, count: number): Promise<SoakViewer[]> {
  const viewers: SoakViewer[] = []
  // In waves, so that no listen queue overflows.
  while (viewers.length < count) {
    const wave = Array.from(
      { length: Math.min(WAVE, count - viewers.length) },
      () => new SoakViewer(port),
    )
    await Promise.all(wave.map(({ socket }) => once(socket, 'open')))
    viewers.push(...wave)
  }
  return viewers
}

/** The host of the soak: a row that changes, among others, and a snapshot whenever the relay wants one. */
export class SoakHost {
  seq = 0
  readonly socket: WebSocket
  readonly #rows = Array.from({ length: 100 }, (_, id) => ({ id, n: 0, fill: FILL }))

  constructor(port: number, key: string) {
    const token = `token.${Buffer.from(key).toString('base64url')}`
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/`, ['vue-sync.host.v1', token])
    this.socket.on('message', (data: Buffer) => {
      if (JSON.parse(String(data)).payload.want) this.#sendAll()
    })
  }

  #send(type: string, payload: object, rest: object = {}): void {
    this.socket.send(JSON.stringify({ type, epoch: 'soak', seq: this.seq, payload, ...rest }))
  }

  #sendAll(): void {
    this.#send('session_update', { s: { n: this.seq, rows: this.#rows } })
  }

  update(): void {
    const n = ++this.seq
    const row = this.#rows[n % this.#rows.length]!
    row.n = n
    const patch = [{ op: 'replace', path: `/s/rows/${row.id}/n`, value: n }]
    this.#send('config_update', { s: { n } }, { patch })
  }
}
