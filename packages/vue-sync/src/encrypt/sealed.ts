/** The codec in the header of an encrypted frame. Viewers that cannot decrypt stop because of it. */
export const SEALED = 'aes-256-gcm'

/** The frame was changed, or was not made with this key for this session and position. */
export class NotAuthentic extends Error {}

/** Browsers can encrypt only in secure contexts: https and localhost. */
export function canEncrypt(): boolean {
  return (globalThis.crypto as Partial<Crypto> | undefined)?.subtle !== undefined
}
