import { randomId } from '@vue-sync/vue/protocol'

/** A random key of at least 128 bits, safe in a URL. */
export function generateKey(): string {
  return randomId()
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

/**
 * Compares two keys in a time that depends on neither: both are hashed to the same length, and every byte
 * is compared.
 */
export async function keysMatch(given: string | undefined, expected: string): Promise<boolean> {
  const [a, b] = await Promise.all([digest(given ?? ''), digest(expected)])
  let difference = given === undefined ? 1 : 0
  for (let index = 0; index < a.length; index++) difference |= a[index]! ^ b[index]!
  return difference === 0
}
