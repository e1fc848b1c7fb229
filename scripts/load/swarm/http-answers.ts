/** An answer to a GET request. */
export interface Answer {
  status: number
  body: Buffer
  /** The server closes the connection after this answer. */
  isLast: boolean
}

const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')
const NONE = Buffer.alloc(0)

/** Joins the chunks of a chunked body; `undefined` if the last one has not arrived. */
function joinChunks(data: Buffer): { body: Buffer; end: number } | undefined {
  const chunks: Buffer[] = []
  for (let at = 0; ;) {
    const lineEnd = data.indexOf(LINE_END, at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(data.toString('latin1', at, lineEnd), 16)
    const from = lineEnd + 2
    const end = from + size + 2
    if (data.length < end) return undefined
    // Neither a relay nor a cache sends trailers.
    if (size === 0) return { body: Buffer.concat(chunks), end }
    chunks.push(data.subarray(from, from + size))
    at = end
  }
}

/**
 * Reads the answers of one HTTP/1.1 connection without pipelining. Much cheaper than the parser of `node:http`,
 * which matters when thousands of viewers share a thread.
 *
 * @returns a function that takes received bytes, and returns an answer when it is complete
 */
export function createAnswerReader(): (data: Buffer) => Answer | undefined {
  let kept: Buffer = NONE
  return (data) => {
    const all = kept.length === 0 ? data : Buffer.concat([kept, data])
    const headEnd = all.indexOf(HEAD_END)
    if (headEnd < 0) {
      kept = all
      return undefined
    }
    const head = all.toString('latin1', 0, headEnd)
    const rest = all.subarray(headEnd + 4)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)
    const joined = length ? { body: rest, end: Number(length[1]) } : joinChunks(rest)
    if (!joined || rest.length < joined.end) {
      kept = all
      return undefined
    }
    kept = NONE
    return {
      status: Number(head.slice(9, 12)),
      body: length ? rest.subarray(0, joined.end) : joined.body,
      isLast: /\r\nconnection: *close/i.test(head),
    }
  }
}

const LINE_FEED = 10
const HASH = 35

/** Splits a body of the log into its frames, see "Over HTTP" in PROTOCOL.md. */
export function splitFrames(body: Buffer): Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at < body.length;) {
    const lineEnd = body.indexOf(LINE_FEED, at)
    if (lineEnd < 0) break
    if (body[at] === HASH) {
      const size = Number(/\d+/.exec(body.toString('latin1', at, lineEnd))?.[0] ?? 0)
      frames.push(body.subarray(lineEnd + 1, lineEnd + 1 + size))
      at = lineEnd + 1 + size + 1
    } else {
      if (lineEnd > at) frames.push(body.subarray(at, lineEnd))
      at = lineEnd + 1
    }
  }
  return frames
}
