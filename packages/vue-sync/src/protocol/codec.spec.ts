import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cbor } from '../codecs/cbor.ts'
import { msgpack } from '../codecs/msgpack.ts'
import { anyJson } from '../../test/json-arbitrary.ts'
import { decodeFrame, encodeFrame, type FrameOptions, MissingCodec, readHeader } from './codec.ts'
import type { ConfigUpdate, Json, StateMessage } from './envelope.ts'
import { parseMessage } from './parse.ts'

const CODECS = [msgpack(), cbor()]

async function through(message: StateMessage, options: FrameOptions): Promise<unknown> {
  const frame = await encodeFrame(message, options)
  return typeof frame === 'string' ? parseMessage(frame) : decodeFrame(frame, CODECS)
}

const message = (value: Json): ConfigUpdate => ({
  type: 'config_update',
  epoch: 'e',
  seq: 7,
  payload: { s: { value } },
  patch: [{ op: 'add', path: '/s/x', value }],
})

describe('frames', () => {
  it.each<[string, FrameOptions]>([
    ['JSON', {}],
    ['compressed JSON', { compressOver: 0 }],
    ['MessagePack', { codec: msgpack() }],
    ['CBOR', { codec: cbor() }],
    ['compressed MessagePack', { codec: msgpack(), compressOver: 0 }],
  ])('%s carries any state message', async (_, options) => {
    await fc.assert(
      fc.asyncProperty(anyJson(), async (value) => {
        expect(await through(message(value), options)).toEqual(
          JSON.parse(JSON.stringify(message(value))),
        )
      }),
    )
  })

  it('says in clear what a relay needs, and nothing of the state', () => {
    const frame = encodeFrame(message('secret'), { codec: msgpack() }) as Uint8Array
    const { header, body } = readHeader(frame)!
    expect(header).toEqual({ type: 'config_update', epoch: 'e', seq: 7, codec: 'msgpack' })
    expect(new TextDecoder().decode(frame.subarray(0, body))).not.toContain('secret')
  })

  it('is text while it is short, and smaller when it is compressed', async () => {
    const options = { compressOver: 1000 }
    expect(encodeFrame(message('short'), options)).toBeTypeOf('string')
    const long = message('long '.repeat(1000))
    const frame = (await encodeFrame(long, options)) as Uint8Array
    expect(frame.length).toBeLessThan(JSON.stringify(long).length / 10)
    expect(readHeader(frame)!.header.compress).toBe('deflate-raw')
  })

  it('without its codec is an error that names it, never garbage', () => {
    const frame = encodeFrame(message(1), { codec: { ...msgpack(), name: 'secret-sauce' } })
    expect(() => decodeFrame(frame as Uint8Array, CODECS)).toThrow(MissingCodec)
    expect(() => decodeFrame(frame as Uint8Array, CODECS)).toThrow('secret-sauce')
  })

  it('of no protocol is nothing, whatever its bytes', async () => {
    const header = fc.constantFrom(
      '{"type":"config_update","epoch":"e","seq":1,"codec":"msgpack"}\n',
      '{"type":"config_update","epoch":"e","seq":1,"compress":"deflate-raw"}\n',
      '{"type":"session_update","epoch":"e","seq":1}\n',
      '{"type":"status","epoch":"e","seq":1}\n',
      '{"type":"config_update"}\n',
      '',
    )
    await fc.assert(
      fc.asyncProperty(header, fc.uint8Array({ maxLength: 60 }), async (line, body) => {
        const bytes = new Uint8Array([...new TextEncoder().encode(line), ...body])
        const read = await decodeFrame(bytes, CODECS)
        if (read) expect(read.payload).toBeTypeOf('object')
      }),
      { numRuns: 500 },
    )
  })
})
