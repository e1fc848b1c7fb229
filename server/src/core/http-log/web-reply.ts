import { byteLength } from './body-frames.ts'
import type { HttpLog } from './http-log.ts'
import type { HttpReply } from './http-reply.ts'
import type { LogRequest } from './log-request.ts'
import type { LogTarget } from './log-target.ts'

/** Bytes that a stream passes on at a time. Longer pieces are cut, so that a slow client shows that it reads. */
const SLICE = 64 * 1024
/** Answers up to this many bytes are passed on as a whole. */
const WHOLE = 256 * 1024

/** The queue of an answer, as a stream: nothing leaves it before the client takes it. */
function createBody(reply: HttpReply) {
  const queue: Uint8Array[] = []
  let waiting = 0
  let taken = 0
  let isOver = false
  let isClosed = false
  let abort: (() => void) | undefined
  let wake: (() => void) | undefined

  function close(): void {
    if (isClosed) return
    isClosed = true
    isOver = true
    queue.length = waiting = 0
    wake?.()
    reply.onClosed?.()
  }

  return {
    close,
    abort: () => abort?.(),
    isClosed: () => isClosed,
    buffered: () => waiting,
    delivered: () => taken,
    push(pieces: readonly Uint8Array[]) {
      queue.push(...pieces)
      waiting += byteLength(pieces)
      wake?.()
    },
    end() {
      isOver = true
      wake?.()
    },
    /** Everything at once; `undefined` if it is long, or more is to come. */
    whole: () => (isOver && waiting <= WHOLE ? queue : undefined),
    stream: (): ReadableStream<Uint8Array> =>
      new ReadableStream(
        {
          start(controller) {
            abort = () => {
              if (isClosed) return
              controller.error(new Error('The answer was ended.'))
              close()
            }
          },
          async pull(controller) {
            if (queue.length === 0 && !isOver)
              await new Promise<void>((resolve) => (wake = resolve))
            // It was ended while it waited.
            if (isClosed) return
            const [first] = queue
            if (!first) {
              controller.close()
              return close()
            }
            const slice = first.subarray(0, SLICE)
            if (slice.length < first.length) queue[0] = first.subarray(SLICE)
            else queue.shift()
            waiting -= slice.length
            taken += slice.length
            controller.enqueue(slice)
            if (queue.length === 0 && !isOver) reply.onDrain?.()
          },
          cancel: close,
        },
        { highWaterMark: 0 },
      ),
  }
}

/**
 * Answers a request of the web platform for an endpoint of the log.
 *
 * @param signal ends when the client is gone. @default the end of a stream shows it
 */
export function answerRequest(
  log: HttpLog,
  target: LogTarget,
  request: Request,
  rest: Omit<LogRequest, 'method' | 'headers' | 'allHeaders'>,
  signal: AbortSignal | null,
): Promise<Response> {
  return new Promise((resolve) => {
    let head: { status: number; headers: Record<string, string> } | undefined
    const reply: HttpReply = {
      begin(status, headers) {
        head = { status, headers }
        // An answer that is written at once can be passed on as a whole.
        queueMicrotask(() => resolve(respond()))
      },
      write: (pieces) => body.push(pieces),
      end: () => body.end(),
      buffered: () => body.buffered(),
      delivered: () => body.delivered(),
      abort: () => body.abort(),
      get isClosed() {
        return body.isClosed()
      },
      onClosed: undefined,
      onDrain: undefined,
    }
    const body = createBody(reply)

    /** The runtime sends the rest. */
    function answered(response: Response): Response {
      body.close()
      return response
    }

    function respond(): Response {
      const { status, headers } = head!
      if (status === 204 || status === 304 || request.method === 'HEAD')
        return answered(new Response(null, { status, headers }))
      const whole = body.whole()
      if (whole) return answered(new Response(new Blob(whole as BlobPart[]), { status, headers }))
      // The runtime counts the bytes of a stream as it sends them.
      const { 'content-length': _, ...streamed } = headers
      return new Response(body.stream(), { status, headers: streamed })
    }

    signal?.addEventListener('abort', () => body.close())
    log.answer(
      target,
      {
        ...rest,
        method: request.method,
        headers: request.headers,
        allHeaders: () => request.headers,
      },
      reply,
    )
  })
}
