import { connect, type Socket } from 'node:net'
import { formatSocketUrl, isTerminal, randomId } from '@vue-sync/vue/protocol'
import { type Answer, createAnswerReader, splitFrames } from './http-answers.ts'
import { ReturningViewer, type ViewerOptions } from './returning-viewer.ts'
import type { Tally } from './tally.ts'

/** The relay answers after 25 s at the latest. */
const ANSWER_TIMEOUT_MS = 35_000

/** The last line of a body. */
interface LastLine {
  type: 'next' | 'close'
  query?: string
  code?: number
}

/** A viewer that asks for the log over HTTP again and again, on one connection. */
export class PollViewer extends ReturningViewer {
  readonly #url: URL
  readonly #headers: string
  /** The query of the next live request; `undefined` before the first answer. */
  #query: string | undefined
  #socket: Socket | undefined

  constructor(tally: Tally, options: ViewerOptions) {
    super(tally, options)
    const { address } = options
    this.#url = new URL(formatSocketUrl(address).replace(/\/?$/, '/'))
    this.#headers = [
      ` HTTP/1.1\r\nHost: ${this.#url.host}`,
      `Vue-Sync-Viewer: ${randomId()}`,
      ...(address.key === undefined ? [] : [`Authorization: Bearer ${address.key}`]),
      '\r\n',
    ].join('\r\n')
    this.dial()
  }

  /** Whether the viewer has a state and waits for more. */
  get isOpen(): boolean {
    return this.#socket !== undefined && this.#query !== undefined
  }

  protected drop(): void {
    const socket = this.#socket
    this.#socket = undefined
    socket?.destroy()
  }

  protected dial(): void {
    const { localAddress } = this.options
    const { hostname, port } = this.#url
    const socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      ...(localAddress && { localAddress }),
    })
    const readAnswer = createAnswerReader()
    this.#socket = socket
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('no answer')))
    socket.on('data', (data) => {
      this.tally.wire += data.length
      const answer = socket === this.#socket ? readAnswer(data) : undefined
      if (answer) this.#take(answer)
    })
    socket.on('error', ({ message }) => this.#fail(socket, message))
    socket.on('close', () => this.#fail(socket, 'closed'))
    this.#ask()
  }

  #ask(): void {
    const path = this.#query === undefined ? 'state' : `log?${this.#query}&live=1`
    this.#socket?.write(`GET ${this.#url.pathname}${path}${this.#headers}`, 'latin1')
  }

  #take({ status, body, isLast }: Answer): void {
    const frames = status === 200 ? splitFrames(body) : []
    const end = frames.pop()?.toString('latin1')
    const last = end?.startsWith('{"type":"') ? (JSON.parse(end) as LastLine) : undefined
    if (last?.type !== 'next') return this.#refuse(status, last?.code)
    for (const frame of frames) this.received.add(frame)
    this.#query = last.query
    this.waits = 0
    this.settle()
    if (!isLast) return this.#ask()
    this.hangUp()
    this.dial()
  }

  #refuse(status: number, code: number | undefined): void {
    if (code !== undefined && isTerminal(code)) this.isGone = true
    this.#fail(this.#socket, code === undefined ? `HTTP ${status}` : String(code))
  }

  #fail(socket: Socket | undefined, why: string): void {
    if (!socket || socket !== this.#socket) return
    const reasons = this.#query === undefined ? this.tally.failures : this.tally.closes
    reasons[why] = (reasons[why] ?? 0) + 1
    this.settle()
    this.hangUp()
    if (!this.options.reconnect) this.isGone = true
    if (!this.isGone) this.redial()
  }
}
