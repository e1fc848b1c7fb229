/** The codec in the header of an encrypted and signed frame. Viewers that cannot read it stop because of it. */
export const SEALED = 'aes-256-gcm.es256'

/** The frame was changed, or was not made with this key for this session and position. */
export class NotAuthentic extends Error {}

/** Whoever made the frame has the link's secret, but not the host's signing key. */
export class NotSigned extends NotAuthentic {}

/** Browsers can encrypt only in secure contexts: https and localhost. */
export function canEncrypt(): boolean {
  return (globalThis.crypto as Partial<Crypto> | undefined)?.subtle !== undefined
}
