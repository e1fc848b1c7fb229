import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { NODE_DIGESTS } from '../../guard/node-digests.ts'
import { createKeyCheck, WEB_DIGESTS } from './key-check.ts'

const TEXTS = ['', 'a', 'key', 'käse 🔑', '\ud800', 'x'.repeat(10_000)]

describe.each([
  ['of WebCrypto', WEB_DIGESTS],
  ['of Node', NODE_DIGESTS],
])('with the hash functions %s, a key check', (_, digests) => {
  it('accepts the expected key, and nothing else', async () => {
    for (const expected of TEXTS) {
      const isRight = createKeyCheck(expected, digests)
      expect(await isRight(undefined)).toBe(false)
      for (const given of TEXTS) expect(await isRight(given)).toBe(given === expected)
      expect(await isRight(`${expected}.`)).toBe(false)
    }
  })

  it('signs as any other HMAC does', async () => {
    for (const text of TEXTS)
      expect(Buffer.from(await digests.hmac('secret')(text))).toEqual(
        createHmac('sha256', 'secret').update(text).digest(),
      )
  })
})

it('needs no other thread with the hash functions of Node', () => {
  const isRight = createKeyCheck('key', NODE_DIGESTS)
  expect([isRight('key'), isRight('other')]).toEqual([true, false])
})
