import type { Cipher } from './cipher.ts'

export type { Cipher }
export { canEncrypt, NotAuthentic, SEALED } from './sealed.ts'

/**
 * A chunk of its own: apps that do not encrypt never load it.
 *
 * @throws NotAuthentic for what is no key, and what an import throws when it cannot be loaded
 */
export async function loadCipher(secret: string, session: string): Promise<Cipher> {
  const { createCipher } = await import('./cipher.ts')
  return createCipher(secret, session)
}
