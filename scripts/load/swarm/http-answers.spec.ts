import { describe, expect, it } from 'vitest'
import { createAnswerReader, splitFrames } from './http-answers.ts'

const bytes = (text: string) => Buffer.from(text)
const PLAIN = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n{"a"}\n'
const CHUNKED =
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n4\r\n{"a"\r\n2\r\n}\n\r\n0\r\n\r\n'

describe('the answers of a connection', () => {
  it.each([
    [PLAIN, false],
    [CHUNKED, true],
  ])('are the same however the bytes are cut: %j', (text, isLast) => {
    for (let cut = 0; cut < text.length; cut++) {
      const read = createAnswerReader()
      expect(read(bytes(text.slice(0, cut)))).toBeUndefined()
      expect(read(bytes(text.slice(cut)))).toEqual({ status: 200, body: bytes('{"a"}\n'), isLast })
      expect(read(bytes('HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n'))?.status).toBe(503)
    }
  })
})

describe('the frames of a body', () => {
  it('are lines, or have a length', () => {
    const frames = splitFrames(
      bytes('{"a":1}\n\n#4 text\na\nb\n\n#2 binary\n\n\n\n{"type":"next"}\n'),
    )
    expect(frames.map(String)).toEqual(['{"a":1}', 'a\nb\n', '\n\n', '{"type":"next"}'])
  })

  it('do not include a line that was cut off', () => {
    expect(splitFrames(bytes('{"a":1}\n{"b"')).map(String)).toEqual(['{"a":1}'])
  })
})
