import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { HttpReply } from './http-reply.ts'
import { createStream, STREAM_MS } from './stream.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const decoder = new TextDecoder()

function open() {
  const written: string[] = []
  const begun: [status: number, headers: Record<string, string>][] = []
  const reply: HttpReply = {
    begin: (...head) => void begun.push(head),
    write: (pieces) => void written.push(...pieces.map((piece) => decoder.decode(piece))),
    end: () => void written.push('END'),
    buffered: () => 7,
    delivered: () => 0,
    abort: () => void written.push('ABORTED'),
    isClosed: false,
    onClosed: undefined,
    onDrain: undefined,
  }
  const stream = createStream({
    reply,
    headers: { 'content-type': 'frames' },
    position: () => ({ epoch: 'a b', seq: 4 }),
  })
  return { stream, written, begun }
}

it('begins with the first frame, so that a viewer can be refused before', () => {
  const { stream, begun } = open()
  expect(begun).toEqual([])
  expect(stream.hasBegun).toBe(false)
  expect(stream.send(new TextEncoder().encode('{}'), false)).toBe(7)
  expect(begun).toEqual([
    [200, { 'content-type': 'frames', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }],
  ])
})

it('ends after a minute with the position of what it has sent', () => {
  const { stream, written } = open()
  stream.send(new TextEncoder().encode('{}'), false)
  vi.advanceTimersByTime(STREAM_MS)
  expect(written.slice(2)).toEqual(['{"type":"next","query":"epoch=a+b&seq=4"}\n', 'END'])
  expect(stream.hasEnded).toBe(true)
  stream.send(new TextEncoder().encode('{"late":1}'), false)
  expect(written.at(-1)).toBe('END')
})

it('writes nothing once it is stopped', () => {
  const { stream, written } = open()
  stream.stop()
  vi.advanceTimersByTime(STREAM_MS)
  expect(written).toEqual([])
})
