import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cbor } from '../codecs/cbor.ts'
import { msgpack } from '../codecs/msgpack.ts'
import { protobuf } from '../codecs/protobuf.ts'
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
import { NotAuthentic, NotSigned } from './index.ts'
import { createSigningKey, readSigningKey } from './signing-key.ts'

const CODECS = [msgpack(), cbor(), protobuf({ stores: {} })]
const IV_BYTES = 12
const secret = randomSecret()
const signingKey = await createSigningKey()
const cipher = await createCipher(secret, 'show', { signingKey })

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

/** The frame with a changed header, as a malicious relay could send it. */
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
    ['Protocol Buffers', protobuf({ stores: {} })],
  ])('decrypts to the same message: %s', async (_, codec) => {
    await fc.assert(
      fc.asyncProperty(anyJson(), async (value) => {
        const sealed = await cipher.seal(message(value), inner(value, codec))
        expect(await decodeFrame(await cipher.open(sealed), CODECS)).toEqual(
          JSON.parse(JSON.stringify(message(value))),
        )
      }),
    )
  })

  it('has its position in clear, and nothing of the state', async () => {
    const sealed = await seal('in plain words')
    expect(readHeader(sealed)!.header).toEqual({
      type: 'config_update',
      epoch: 'e',
      seq: 7,
      codec: 'aes-256-gcm.es256',
    })
    const text = new TextDecoder('latin1').decode(sealed)
    for (const word of ['in plain words', 'Final', 'payload', '/s/x'])
      expect(text).not.toContain(word)
  })

  it('is refused if any bit is changed', async () => {
    const sealed = await seal('short')
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Uint8Array.from(sealed)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      await refused(cipher.open(changed))
    }
  })

  it('is refused if it is shortened or extended', async () => {
    const sealed = await seal('short')
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), async (length) => {
        await refused(cipher.open(sealed.subarray(0, length)))
      }),
    )
    await refused(cipher.open(Uint8Array.from([...sealed, 0])))
  })

  it('is refused at another position, type, epoch, session or key', async () => {
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
    await refused((await createCipher(secret, 'other', { signingKey })).open(sealed))
    await refused((await createCipher(randomSecret(), 'show', { signingKey })).open(sealed))
  })

  it('has a different IV in each of 10,000 frames', async () => {
    const frame = inner('same')
    const ivs = new Set<string>()
    for (let count = 0; count < 10_000; count++) {
      const sealed = await cipher.seal(message('same'), frame)
      const { body } = readHeader(sealed)!
      ivs.add(sealed.subarray(body, body + IV_BYTES).join())
    }
    expect(ivs.size).toBe(10_000)
  })

  it.each(['', 'abc', '%%%', `${randomSecret()}AAAA`])('refuses %j as a key', async (text) => {
    await refused(createCipher(text, 'show', { signingKey }))
  })
})

describe('a signature', () => {
  const { publicKey } = signingKey
  const viewer = (signer?: string) => createCipher(secret, 'show', { signer })
  const unsigned = (opening: Promise<unknown>) => expect(opening).rejects.toThrow(NotSigned)

  it('is verified with the public key of the link alone', async () => {
    const sealed = await seal('signed')
    expect(await (await viewer(publicKey)).open(sealed)).toEqual(inner('signed'))
    expect(publicKey).toMatch(/^[\w-]{43}$/)
  })

  it('is refused if another key made it, although that sender has the secret', async () => {
    const forger = await createCipher(secret, 'show', { signingKey: await createSigningKey() })
    const forged = await forger.seal(message('forged'), inner('forged'))
    await unsigned(cipher.open(forged))
    await unsigned((await viewer(publicKey)).open(forged))
    await expect(forger.open(forged)).resolves.toEqual(inner('forged'))
  })

  it.each([undefined, '', 'abc', '%%%', 'A'.repeat(43), '_'.repeat(43), `${publicKey}A`])(
    'is refused by a link with the public key %j',
    async (signer) => {
      await unsigned((await viewer(signer)).open(await seal('signed')))
    },
  )

  it('is made by the same key after a reload, and by a new one without a stored key', async () => {
    const kept = await readSigningKey(signingKey.text)
    expect(kept.publicKey).toBe(publicKey)
    const again = await createCipher(secret, 'show', { signingKey: kept })
    await expect(cipher.open(await again.seal(message(1), inner(1)))).resolves.toEqual(inner(1))
    for (const text of [undefined, '', '{', '{}', signingKey.text.replace(/"d":"[^"]+"/, '"d":""')])
      expect((await readSigningKey(text)).publicKey).not.toBe(publicKey)
  })

  it('can be verified for every key, because the y coordinate is always even', async () => {
    for (let count = 0; count < 20; count++) {
      const key = await createSigningKey()
      const host = await createCipher(secret, 'show', { signingKey: key })
      const opening = (await viewer(key.publicKey)).open(await host.seal(message(1), inner(1)))
      await expect(opening).resolves.toEqual(inner(1))
    }
  })
})

describe('a blinded hash', () => {
  it('is the same with the same key, and differs with the position, key or session', async () => {
    const at = (seq: number, epoch = 'e') => cipher.blind({ epoch, seq }, 42)
    const here = await at(1)
    expect(here).toBe(
      await (await createCipher(secret, 'show', {})).blind({ epoch: 'e', seq: 1 }, 42),
    )
    const others = await Promise.all([
      at(2),
      at(1, 'f'),
      cipher.blind({ epoch: 'e', seq: 1 }, 43),
      createCipher(secret, 'other', {}).then(({ blind }) => blind({ epoch: 'e', seq: 1 }, 42)),
      createCipher(randomSecret(), 'show', {}).then(({ blind }) =>
        blind({ epoch: 'e', seq: 1 }, 42),
      ),
    ])
    expect(new Set([here, 42, ...others]).size).toBe(7)
    expect(Number.isInteger(here) && here >= 0 && here <= 0xffffffff).toBe(true)
  })
})
