import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cbor } from '../../packages/vue-sync/src/codecs/cbor.ts'
import { msgpack } from '../../packages/vue-sync/src/codecs/msgpack.ts'
import { createCipher } from '../../packages/vue-sync/src/encrypt/cipher.ts'
import { createVerifier } from '../../packages/vue-sync/src/encrypt/signing-key.ts'
import { isScannedLink } from '../../apps/viewer-pwa/src/session/session-link.ts'
import {
  decodeFrame,
  formatLink,
  formatSocketUrl,
  hashOf,
  parseLink,
} from '../../packages/vue-sync/src/protocol/index.ts'
import vectors from '../../packages/vue-sync/test/protocol-vectors.json' with { type: 'json' }

// Implementations in other languages are tested against the same file.
const { links, hash, frames, signing, encryption } = vectors
const page = readFileSync(new URL('../../packages/vue-sync/PROTOCOL.md', import.meta.url), 'utf8')
const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16))
const text = (hex: string): string => new TextDecoder().decode(bytes(hex))

describe('the test vectors', () => {
  it.each(hash)('have the hash of $json', ({ json, hash }) => {
    expect(hashOf(JSON.parse(json), new WeakMap())).toBe(hash)
  })

  it.each(['json', 'deflate-raw', 'msgpack', 'cbor'] as const)(
    'have a binary frame: %s',
    async (name) => {
      const message = await decodeFrame(bytes(frames[name]), [msgpack(), cbor()])
      expect(message).toEqual(frames.message)
    },
  )

  it('have a signature over the session, the header and the frame', async () => {
    const { publicKey, data, signature } = signing
    expect(text(data)).toBe(
      `vue-sync.v1\n${encryption.session}\n${text(encryption.frame).split('\n')[0]}\n${text(frames.json)}`,
    )
    const verify = await createVerifier(publicKey)
    expect(await verify(bytes(signature), bytes(data))).toBe(true)
  })

  it('have an encrypted frame, and the hash that its host sends', async () => {
    const { session, secret, frame, plaintext, hash, sentHash } = encryption
    expect(plaintext).toBe(frames.json + signing.signature)
    const cipher = await createCipher(secret, session, { signer: signing.publicKey })
    expect(await cipher.open(bytes(frame))).toEqual(bytes(frames.json))
    expect(await cipher.blind(frames.message, hash)).toBe(sentHash)
  })

  it.each(links.read)('have the link $text', ({ text, socket, key }) => {
    const address = parseLink(text)!
    expect([formatSocketUrl(address), address.key]).toEqual([socket, key])
    expect(parseLink(formatLink(address))).toEqual(address)
  })

  it.each(links.refused)('have the address %s, which leads to no session', (text) => {
    expect(parseLink(text)).toBeUndefined()
  })

  it.each(links.webPages)('have the address %s, which is no link in a scanned code', (text) => {
    expect(isScannedLink(text)).toBe(false)
  })

  it('are in PROTOCOL.md', () => {
    for (const { text, socket, key } of links.read)
      expect(page).toContain(`| \`${text}\` | \`${socket}\` | ${key ? `\`${key}\`` : ''} |`)
    for (const text of [...links.refused, ...links.webPages]) expect(page).toContain(`\`${text}\``)
    for (const { json, hash } of vectors.hash) expect(page).toContain(`| \`${json}\` | ${hash} |`)
    const { session, secret, frame, sentHash } = encryption
    const shown = [frames.json, signing.publicKey, signing.signature, session, secret, frame]
    for (const value of [...shown, String(sentHash)]) expect(page).toContain(value)
  })
})
