import type { Cipher } from './cipher.ts'
import type { SigningKey } from './signing-key.ts'

export type { Cipher }
export { canEncrypt, NotAuthentic, NotSigned, SEALED } from './sealed.ts'

/** A host's cipher, and the key pair with which it signs. */
export interface HostCipher {
  cipher: Cipher
  signingKey: SigningKey
}

/**
 * Loads a viewer's cipher, which is a separate chunk, so that apps without encryption never load it.
 *
 * @param signer the host's public key, from the link
 * @throws NotAuthentic if `secret` is not a key, and the error of `import()` if the chunk cannot be loaded
 */
export async function loadCipher(
  secret: string,
  session: string,
  signer: string | undefined,
): Promise<Cipher> {
  const { createCipher } = await import('./cipher.ts')
  return createCipher(secret, session, { signer })
}

/**
 * Loads a host's cipher.
 *
 * @param kept the text of its signing key; without one it makes a new key
 * @throws as `loadCipher`
 */
export async function loadHostCipher(
  secret: string,
  session: string,
  kept: string | undefined,
): Promise<HostCipher> {
  const { createCipher, readSigningKey } = await import('./cipher.ts')
  const signingKey = await readSigningKey(kept)
  return { signingKey, cipher: await createCipher(secret, session, { signingKey }) }
}
