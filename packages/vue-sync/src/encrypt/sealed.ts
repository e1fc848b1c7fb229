/** What the header of an encrypted frame says in place of a codec: who cannot decrypt it stops at that. */
export const SEALED = 'aes-256-gcm'

/** A frame that nobody with this key has made for this session and place, or not as it is. */
export class NotAuthentic extends Error {}

/** Browsers encrypt in secure contexts only: https and localhost. */
export function canEncrypt(): boolean {
  return (globalThis.crypto as Partial<Crypto> | undefined)?.subtle !== undefined
}
