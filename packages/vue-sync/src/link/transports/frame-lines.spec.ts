import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrameLines, type Frame } from './frame-lines.ts'

const encoder = new TextEncoder()
const bytesOf = (text: string): Uint8Array => encoder.encode(text)

/** Reads chunks. Gives the frames, with bytes as a list, and how long frames arrived. */
function readAll(chunks: readonly Uint8Array[], longest = 1_000_000) {
  const frames: (string | number[])[] = []
  const arriving: [number, number | undefined][] = []
  const lines = createFrameLines({
    longest,
    onFrame: (frame) => frames.push(typeof frame === 'string' ? frame : [...new Uint8Array(frame)]),
    onLongFrame: (received, total) => arriving.push([received, total]),
  })
  for (const chunk of chunks) lines.read(chunk)
  return { frames, arriving }
}

/** A frame as a relay writes it. */
function write(frame: string | number[]): number[] {
  const bytes = typeof frame === 'string' ? [...bytesOf(frame)] : frame
  if (typeof frame === 'string' && !frame.includes('\n')) return [...bytes, 10]
  const kind = typeof frame === 'string' ? 'text' : 'binary'
  return [...bytesOf(`#${bytes.length} ${kind}\n`), ...bytes, 10]
}

// No frame of a host begins with `#`, because it is JSON.
const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map((rest) => `{${rest}`)
const lined = fc.tuple(text, text).map(([a, b]) => `${a}\n${b}`)
const binary = fc.array(fc.nat(255), { maxLength: 30 })

describe('frames of a body', () => {
  it('are read in the same way, however the network cuts the body', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(text, lined, binary), { maxLength: 6 }),
        fc.array(fc.boolean(), { maxLength: 6 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 12 })),
        (frames, gaps, sizes) => {
          const body = Uint8Array.from(
            frames.flatMap((frame, at) => [...(gaps[at] ? [10] : []), ...write(frame)]),
          )
          const chunks: Uint8Array[] = []
          for (let at = 0; at < body.length;) {
            const end = at + sizes.next().value
            chunks.push(body.subarray(at, end))
            at = end
          }
          expect(readAll(chunks).frames).toEqual(frames)
        },
      ),
    )
  })

  it('are the same for every place of one cut', () => {
    const frames = ['{"é":"𝄞"}', '{\n}', [10, 35, 0, 255], '{}']
    const body = Uint8Array.from(frames.flatMap(write))
    for (let at = 0; at <= body.length; at++)
      expect(readAll([body.subarray(0, at), body.subarray(at)]).frames).toEqual(frames)
  })

  it.each(['#x text\n', '#3 words\n', '#-1 text\n', '#4 text\nabc\nd', '#12345678901 text\n'])(
    'that are malformed end the body: %j',
    (body) => {
      expect(() => readAll([bytesOf(body)])).toThrow()
    },
  )

  it('that are longer than the limit end the body before they have arrived', () => {
    expect(() => readAll([bytesOf('#101 binary\n')], 100)).toThrow()
    expect(() => readAll([bytesOf('x'.repeat(60)), bytesOf('x'.repeat(60))], 100)).toThrow()
    expect(readAll([bytesOf(`${'x'.repeat(100)}\n`)], 100).frames).toHaveLength(1)
  })

  it('with bytes that are no text end the body, as on a WebSocket', () => {
    expect(() => readAll([Uint8Array.of(0xff, 10)])).toThrow()
    const frame: Frame = '\uFEFF{}'
    expect(readAll([bytesOf(`${frame}\n`)]).frames).toEqual([frame])
  })

  it('show how far they are if they are long', () => {
    const slice = new Uint8Array(50_000).fill(65)
    const { arriving } = readAll([bytesOf('#150000 binary\n'), slice, slice])
    expect(arriving).toEqual([
      [0, 150_000],
      [50_000, 150_000],
      [100_000, 150_000],
    ])
    expect(readAll([slice, slice]).arriving).toEqual([[100_000, undefined]])
  })
})
