import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cbor } from '../codecs/cbor.ts'
import { msgpack } from '../codecs/msgpack.ts'
import { anyJson } from '../../test/json-arbitrary.ts'
import {
  type Codec,
  type ConfigUpdate,
  decodeFrame,
  encodeFrame,
  type Json,
  randomSecret,
  readHeader,
} from '../protocol/index.ts'
import { createCipher } from './cipher.ts'
import { NotAuthentic } from './index.ts'

const CODECS = [msgpack(), cbor()]
const IV_BYTES = 12
const secret = randomSecret()
const cipher = await createCipher(secret, 'show')

const message = (value: Json, seq = 7): ConfigUpdate => ({
  type: 'config_update',
  epoch: 'e',
  seq,
  payload: { s: { value } },
  patch: [{ op: 'add', path: '/s/x', value }],
  name: 'Final',
})
const inner = (value: Json, codec?: Codec) =>
  encodeFrame(message(value), { codec, binary: true }) as Uint8Array
const seal = (value: Json) => cipher.seal(message(value), inner(value))
const refused = (opening: Promise<unknown>) => expect(opening).rejects.toThrow(NotAuthentic)

/** The frame with its header in clear rewritten, as a relay could. */
function movedTo(sealed: Uint8Array, header: object): Uint8Array {
  const { body, header: before } = readHeader(sealed)!
  const line = new TextEncoder().encode(`${JSON.stringify({ ...before, ...header })}\n`)
  return Uint8Array.from([...line, ...sealed.subarray(body)])
}

describe('a sealed frame', () => {
  it.each([
    ['JSON', undefined],
    ['MessagePack', msgpack()],
    ['CBOR', cbor()],
  ])('%s: gives back any state message', async (_, codec) => {
    await fc.assert(
      fc.asyncProperty(anyJson(), async (value) => {
        const sealed = await cipher.seal(message(value), inner(value, codec))
        expect(await decodeFrame(await cipher.open(sealed), CODECS)).toEqual(
          JSON.parse(JSON.stringify(message(value))),
        )
      }),
    )
  })

  it('says in clear its place, and nothing of the state', async () => {
    const sealed = await seal('in plain words')
    expect(readHeader(sealed)!.header).toEqual({
      type: 'config_update',
      epoch: 'e',
      seq: 7,
      codec: 'aes-256-gcm',
    })
    const text = new TextDecoder('latin1').decode(sealed)
    for (const word of ['in plain words', 'Final', 'payload', '/s/x'])
      expect(text).not.toContain(word)
  })

  it('does not open with any one bit changed', async () => {
    const sealed = await seal('short')
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Uint8Array.from(sealed)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      await refused(cipher.open(changed))
    }
  })

  it('does not open when anything is cut off or added', async () => {
    const sealed = await seal('short')
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), async (length) => {
        await refused(cipher.open(sealed.subarray(0, length)))
      }),
    )
    await refused(cipher.open(Uint8Array.from([...sealed, 0])))
  })

  it('opens at its own place only', async () => {
    const sealed = await seal('here')
    await expect(cipher.open(movedTo(sealed, {}))).resolves.toBeDefined()
    const place = fc.record({
      type: fc.constantFrom('config_update', 'session_update'),
      epoch: fc.oneof(fc.constant('e'), fc.string({ minLength: 1, maxLength: 20 })),
      seq: fc.oneof(fc.constant(7), fc.nat()),
    })
    await fc.assert(
      fc.asyncProperty(place, async (moved) => {
        fc.pre(moved.type !== 'config_update' || moved.epoch !== 'e' || moved.seq !== 7)
        await refused(cipher.open(movedTo(sealed, moved)))
      }),
    )
    await refused(cipher.open(movedTo(sealed, { codec: undefined })))
    await refused((await createCipher(secret, 'other')).open(sealed))
    await refused((await createCipher(randomSecret(), 'show')).open(sealed))
  })

  it('never has an IV twice over 10,000', async () => {
    const frame = inner('same')
    const ivs = new Set<string>()
    for (let count = 0; count < 10_000; count++) {
      const sealed = await cipher.seal(message('same'), frame)
      const { body } = readHeader(sealed)!
      ivs.add(sealed.subarray(body, body + IV_BYTES).join())
    }
    expect(ivs.size).toBe(10_000)
  })

  it.each(['', 'abc', '%%%', `${randomSecret()}AAAA`])('%j is no key', async (text) => {
    await refused(createCipher(text, 'show'))
  })
})

describe('a blinded hash', () => {
  it('is the same for who has the key, and another at any other place, key or session', async () => {
    const at = (seq: number, epoch = 'e') => cipher.blind({ epoch, seq }, 42)
    const here = await at(1)
    expect(here).toBe(await (await createCipher(secret, 'show')).blind({ epoch: 'e', seq: 1 }, 42))
    const others = await Promise.all([
      at(2),
      at(1, 'f'),
      cipher.blind({ epoch: 'e', seq: 1 }, 43),
      createCipher(secret, 'other').then(({ blind }) => blind({ epoch: 'e', seq: 1 }, 42)),
      createCipher(randomSecret(), 'show').then(({ blind }) => blind({ epoch: 'e', seq: 1 }, 42)),
    ])
    expect(new Set([here, 42, ...others]).size).toBe(7)
    expect(Number.isInteger(here) && here >= 0 && here <= 0xffffffff).toBe(true)
  })
})
