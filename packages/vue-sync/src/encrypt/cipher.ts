import {
  concat,
  formatHeader,
  fromBase64Url,
  type Position,
  type StateMessage,
} from '../protocol/index.ts'
import { NotAuthentic, NotSigned, SEALED } from './sealed.ts'
import { createVerifier, sign, SIGNATURE_BYTES, type SigningKey } from './signing-key.ts'

export { readSigningKey } from './signing-key.ts'

/** Signs, encrypts, decrypts and verifies the frames of one session. */
export interface Cipher {
  /**
   * Signs and encrypts `frame`. Type and position of `message` stay readable, and `frame` decrypts only with them.
   * Only a host can do this.
   */
  seal: (
    message: Pick<StateMessage, 'type' | 'epoch' | 'seq'>,
    frame: Uint8Array,
  ) => Promise<Uint8Array<ArrayBuffer>>
  /** Decrypts and verifies a sealed frame. @throws NotAuthentic, NotSigned as a rejection */
  open: (sealed: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>
  /** Makes a state's hash meaningless without the key, so that the relay may see it. Differs per position. */
  blind: (position: Position, hash: number) => Promise<number>
}

/** Authenticated with every frame, so that frames of another protocol or version are refused. */
const TAG = 'vue-sync.v1'
const KEY_BYTES = 32
const IV_BYTES = 12
const LINE_END = 0x0a

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

const aesGcm = (iv: Uint8Array<ArrayBuffer>, additionalData: Uint8Array<ArrayBuffer>) => ({
  name: 'AES-GCM',
  iv,
  additionalData,
})

/** A host has the key pair, a viewer the public key of its link. */
export interface CipherKeys {
  signingKey?: SigningKey
  signer?: string | undefined
}

/** @throws NotAuthentic if `secret` is not 256 bits as base64url */
export async function createCipher(
  secret: string,
  session: string,
  { signingKey, signer = signingKey?.publicKey }: CipherKeys,
): Promise<Cipher> {
  const { subtle } = crypto
  const raw = fromBase64Url(secret)
  if (raw?.length !== KEY_BYTES) throw new NotAuthentic('no key')
  const master = await subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey'])
  // Each use has its own key, so a weakness in one does not affect the other.
  const derive = (use: string, algorithm: object, usages: KeyUsage[]): Promise<CryptoKey> =>
    subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: bytesOf(`${TAG} ${use}`) },
      master,
      algorithm as AesKeyGenParams,
      false,
      usages,
    )
  const [frameKey, hashKey] = await Promise.all([
    derive('frame', { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']),
    derive('hash', { name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign']),
  ])
  const context = bytesOf(`${TAG}\n${session}\n`)
  /** A link without a usable public key must not stop the cipher: frames of another secret are reported first. */
  const verify = await createVerifier(signer ?? '').catch(() => undefined)

  return {
    async seal({ type, epoch, seq }, frame) {
      const head = formatHeader({ type, epoch, seq, codec: SEALED })
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
      const data = concat([context, head])
      const plain = concat([frame, await sign(signingKey!, concat([data, frame]))])
      const body = await subtle.encrypt(aesGcm(iv, data), frameKey, plain)
      return concat([head, iv, new Uint8Array(body)])
    },
    async open(sealed) {
      const body = sealed.indexOf(LINE_END) + 1
      const iv = sealed.slice(body, body + IV_BYTES)
      const data = concat([context, sealed.subarray(0, body)])
      let plain: Uint8Array<ArrayBuffer>
      try {
        const content = sealed.slice(body + IV_BYTES)
        plain = new Uint8Array(await subtle.decrypt(aesGcm(iv, data), frameKey, content))
      } catch (cause) {
        throw new NotAuthentic('frame', { cause })
      }
      const frame = plain.subarray(0, -SIGNATURE_BYTES)
      const signature = plain.slice(-SIGNATURE_BYTES)
      if (!(await verify?.(signature, concat([data, frame])))) throw new NotSigned('frame')
      return frame
    },
    async blind({ epoch, seq }, hash) {
      const text = bytesOf(`${TAG}\n${session}\n${epoch}\n${seq}\n${hash}`)
      return new DataView(await subtle.sign('HMAC', hashKey, text)).getUint32(0)
    },
  }
}
