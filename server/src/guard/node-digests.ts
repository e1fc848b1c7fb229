import { createHash, createHmac, createSecretKey } from 'node:crypto'
import type { Digests } from '../core/access/key-check.ts'

/** The synchronous hash functions of `node:crypto`, which Bun and Deno have too. */
export const NODE_DIGESTS: Digests = {
  sha256: (text) => createHash('sha256').update(text).digest(),
  hmac(secret) {
    const key = createSecretKey(secret, 'utf8')
    return (text) => createHmac('sha256', key).update(text).digest()
  },
}
