import { randomId } from '@vue-sync/vue/protocol'

/** A key that nobody guesses: 128 random bits or more, safe in a URL. */
export function generateKey(): string {
  return randomId()
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

/**
 * Whether a key is the right one, in a time that tells nothing of either: both are hashed to one length,
 * and every byte is compared.
 */
export async function keysMatch(given: string | undefined, right: string): Promise<boolean> {
  const [a, b] = await Promise.all([digest(given ?? ''), digest(right)])
  let difference = given === undefined ? 1 : 0
  for (let index = 0; index < a.length; index++) difference |= a[index]! ^ b[index]!
  return difference === 0
}
