/** Hash functions. A runtime that has synchronous ones saves each connection some waits for other threads. */
export interface Digests {
  /** SHA-256 of the text as UTF-8. */
  sha256: (text: string) => Uint8Array | Promise<Uint8Array>
  /** Returns a function that makes the HMAC-SHA-256 of a text with this secret, both as UTF-8. */
  hmac: (secret: string) => (text: string) => Uint8Array | Promise<Uint8Array>
}

const encoder = new TextEncoder()

/** The hash functions of every runtime. */
export const WEB_DIGESTS: Digests = {
  sha256: async (text) =>
    new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text))),
  hmac(secret) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    let imported: Promise<CryptoKey> | undefined
    return async (text) => {
      imported ??= crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, [
        'sign',
      ])
      const mac = await crypto.subtle.sign('HMAC', await imported, encoder.encode(text))
      return new Uint8Array(mac)
    }
  },
}

/** Compares values of the same length in a time that does not depend on where they differ. */
function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let index = 0; index < a.length; index++) difference |= a[index]! ^ b[index]!
  return difference === 0
}

/**
 * Returns a function that compares keys with `expected` in a time that depends on neither: both are hashed to the same
 * length, and every byte is compared. `expected` is hashed once.
 */
export function createKeyCheck(
  expected: string,
  { sha256 }: Digests = WEB_DIGESTS,
): (given: string | undefined) => boolean | Promise<boolean> {
  const right = sha256(expected)
  return (given) => {
    const hash = sha256(given ?? '')
    if (hash instanceof Promise || right instanceof Promise)
      return Promise.all([hash, right]).then(([a, b]) => equalBytes(a, b) && given !== undefined)
    return equalBytes(hash, right) && given !== undefined
  }
}
