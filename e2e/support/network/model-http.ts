import { readPosition } from '@vue-sync/vue/protocol'
import { createHttpLog, type HttpLog } from '../../../server/src/core/http-log/http-log.ts'
import { readLogTarget } from '../../../server/src/core/http-log/log-target.ts'
import { relayPeerOf } from '../../../server/src/core/http-log/viewers.ts'
import type { HttpReply } from '../../../server/src/core/http-log/http-reply.ts'
import type { HttpLogOptions } from '../../../server/src/core/http-log/http-log.ts'
import type { Session } from '../../../server/src/core/session/session.ts'

/** Serves a session of the model network over HTTP, with the relay's real endpoints. */
export function makeModelLog(session: Session): HttpLog {
  type Member = { context: { position?: never; member?: { viewer: never } } }
  const hooks = {
    upgrade: ({ url }: { url: string }) => ({
      context: {
        role: 'viewer',
        pass: { id: 'main' },
        position: readPosition(new URL(url).searchParams),
      },
    }),
    open(peer: Member) {
      const viewer = session.addViewer(relayPeerOf(peer)!, peer.context.position)
      Object.assign(peer.context, { member: { session, name: '', viewer } })
    },
    close: ({ context }: Member) => context.member && session.removeViewer(context.member.viewer),
    drain: ({ context }: Member) => context.member && session.pump(context.member.viewer),
  } as unknown as HttpLogOptions['hooks']
  return createHttpLog({ hooks, base: '', isPublic: false })
}

export interface ModelAnswerOptions {
  log: HttpLog
  url: URL
  init: RequestInit | undefined
  /** Called once, when the answer is over for the client or for the relay. */
  onOver: (answer: ModelAnswer) => void
}

/** A request to the model network, and its answer. */
export class ModelAnswer implements HttpReply {
  readonly role = 'viewer'
  readonly isStream: boolean
  readonly response: Promise<Response>
  isStalled = false
  onClosed: (() => void) | undefined
  onDrain: (() => void) | undefined
  #head: { status: number; headers: Record<string, string> } | undefined
  #queue: Uint8Array[] = []
  #delivered = 0
  #hasEnded = false
  #isOver = false
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #resolve!: (response: Response) => void
  #reject!: (error: Error) => void
  #onOver: ModelAnswerOptions['onOver']

  constructor({ log, url, init, onOver }: ModelAnswerOptions) {
    this.isStream = url.pathname.endsWith('/stream')
    this.#onOver = onOver
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    init?.signal?.addEventListener('abort', () => this.drop())
    const headers = new Headers(init?.headers)
    queueMicrotask(() =>
      log.answer(
        readLogTarget(url.pathname + url.search)!,
        {
          method: 'GET',
          headers,
          allHeaders: () => headers,
          address: '127.0.0.1',
          allowedOrigin: undefined,
          contextOf: () => ({}),
        },
        this,
      ),
    )
  }

  begin(status: number, headers: Record<string, string>): void {
    this.#head = { status, headers }
  }
  write(pieces: readonly Uint8Array[]): void {
    // The relay may use the memory again.
    this.#queue.push(...pieces.map((piece) => piece.slice()))
  }
  end(): void {
    this.#hasEnded = true
  }
  abort(): void {
    this.drop()
  }
  get isClosed(): boolean {
    return this.#isOver
  }
  readonly buffered = (): number => this.#queue.reduce((sum, { length }) => sum + length, 0)
  readonly delivered = (): number => this.#delivered

  /** Delivers what the relay has written. */
  deliver(): void {
    if (this.isStalled || this.#isOver || !this.#head) return
    if (!this.#controller) {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => void (this.#controller = controller),
      })
      this.#resolve(new Response(body, this.#head))
    }
    const pieces = this.#queue.splice(0)
    for (const piece of pieces) {
      this.#delivered += piece.length
      this.#controller!.enqueue(piece)
    }
    if (this.#hasEnded) {
      this.#isOver = true
      this.#controller!.close()
      this.#onOver(this)
      this.onClosed?.()
    } else if (pieces.length > 0) this.onDrain?.()
  }

  /** Cuts the connection and loses what was not delivered. */
  drop(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#onOver(this)
    const error = new TypeError('The network has failed.')
    if (this.#controller) this.#controller.error(error)
    else this.#reject(error)
    this.onClosed?.()
  }
}
