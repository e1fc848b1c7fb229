import type { Cipher } from './cipher.ts'

export type { Cipher }
export { canEncrypt, NotAuthentic, SEALED } from './sealed.ts'

/**
 * Loads the cipher, which is a separate chunk, so that apps without encryption never load it.
 *
 * @throws NotAuthentic if `secret` is not a key, and the error of `import()` if the chunk cannot be loaded
 */
export async function loadCipher(secret: string, session: string): Promise<Cipher> {
  const { createCipher } = await import('./cipher.ts')
  return createCipher(secret, session)
}
