import { concat, isCount, isRecord, MEDIA_TYPE } from '../../protocol/index.ts'
import { createFrameLines, type Frame } from './frame-lines.ts'

/** The parts that all requests of a viewer share. */
export interface RequestContext {
  fetch: typeof fetch
  /** Random characters by which the relay counts viewers. */
  viewer: string
}

export interface FramesRequest extends RequestContext {
  url: string
  /** As it is offered to WebSockets: `token.` and its base64url. */
  key: string | undefined
  signal: AbortSignal
  /** The relay has answered with frames, which follow. */
  onAnswer: () => void
  /** Something has answered without frames. */
  onOther: (status: number) => void
  onBytes: () => void
  onFrame: (frame: Frame, type: unknown) => void
  onLongFrame: (received: number, total: number | undefined) => void
}

/** How an answer ended: the query of the next request, or a close code. */
export type Ending = { query: string } | { code: number; reason: string }

/** However much a relay accepts, one frame must not fill a phone's memory. */
const LONGEST_FRAME = 256 * 1024 * 1024
/** A relay's own messages are shorter. A longer frame has state. */
const LONGEST_OWN = 4096
const LONGEST_REFUSAL = 4096
/** A cache that delivers older answers delivers old statuses. */
const LONGEST_AGE_S = 5

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  // A runtime that gives no stream gives the whole body.
  if (!reader) return yield new Uint8Array(await response.arrayBuffer())
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    void reader.cancel().catch(() => {})
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Gives a relay's refusal; `undefined` for another answer, such as a proxy's page. */
async function readRefusal(response: Response): Promise<Ending | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunksOf(response)) {
    chunks.push(chunk)
    if ((length += chunk.length) > LONGEST_REFUSAL) return undefined
  }
  const refusal = parse(new TextDecoder().decode(concat(chunks)))
  const { code } = refusal ?? {}
  return isCount(code) && code >= 4000 && code <= 4499 ? readClose(refusal!) : undefined
}

function readClose({ code, reason }: Record<string, unknown>): Ending | undefined {
  if (!isCount(code)) return undefined
  return { code, reason: typeof reason === 'string' ? reason : '' }
}

/**
 * Requests frames, and passes them on as they arrive. Gives `undefined` for an answer that is not a relay's, and for one
 * that was cut off. Rejects if there is no answer.
 */
export async function requestFrames(request: FramesRequest): Promise<Ending | undefined> {
  const { fetch, url, key, viewer, signal, onFrame } = request
  const response = await fetch(url, {
    signal,
    // A key must not go anywhere else.
    redirect: 'error',
    headers: { 'vue-sync-viewer': viewer, ...(key && { authorization: `Bearer ${key}` }) },
  })
  // It may have been closed in the same moment.
  signal.throwIfAborted()
  const { headers } = response
  if (!response.ok || !headers.get('content-type')?.startsWith(MEDIA_TYPE)) {
    request.onOther(response.status)
    return readRefusal(response)
  }
  request.onAnswer()
  const isOld = Number(headers.get('age')) > LONGEST_AGE_S
  const total = Number(headers.get('content-length')) || undefined
  let received = 0
  let ending: Ending | undefined
  const lines = createFrameLines({
    longest: LONGEST_FRAME,
    onFrame(frame) {
      const own =
        typeof frame === 'string' && frame.length <= LONGEST_OWN ? parse(frame) : undefined
      const type = own?.['type']
      if (type === 'next' && typeof own!['query'] === 'string') ending = { query: own!['query'] }
      else if (type === 'close') ending = readClose(own!)
      // An old status does not show that the host is online.
      else if (type !== 'status' || !isOld) onFrame(frame, type)
    },
    onLongFrame(bytes, length) {
      // The length of a compressed body says nothing about its frames.
      if (length !== undefined) request.onLongFrame(bytes, length)
      else
        request.onLongFrame(received, total !== undefined && total >= received ? total : undefined)
    },
  })
  for await (const chunk of chunksOf(response)) {
    signal.throwIfAborted()
    received += chunk.length
    request.onBytes()
    lines.read(chunk)
    if (ending) break
  }
  return ending
}
