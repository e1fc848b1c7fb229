import { fromBase64Url, toBase64Url } from '../protocol/index.ts'

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' }
const ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' }
export const SIGNATURE_BYTES = 64
const COORDINATE_BYTES = 32

/** Parameters of P-256 (FIPS 186): y² = x³ − 3x + B over the field of PRIME, which is 3 modulo 4. */
const PRIME = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn

/** A host's key pair. */
export interface SigningKey {
  /** The x coordinate as base64url. With y always even, it is the whole public key. */
  publicKey: string
  privateKey: CryptoKey
  /** The private key as text, to keep it for the next page load. */
  text: string
}

const toBigInt = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`)

function toBytes(value: bigint): Uint8Array {
  const hex = value.toString(16).padStart(2 * COORDINATE_BYTES, '0')
  return Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16))
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let square = base % PRIME; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * square) % PRIME
    square = (square * square) % PRIME
  }
  return result
}

/** The even y of a point with this x. If there is no such point, the result is not on the curve. */
function evenY(x: bigint): bigint {
  const y = power(x ** 3n - 3n * x + B, (PRIME + 1n) / 4n)
  return y & 1n ? PRIME - y : y
}

function isEven(jwk: JsonWebKey): boolean {
  return (fromBase64Url(jwk.y!)![COORDINATE_BYTES - 1]! & 1) === 0
}

async function importKey(text: string): Promise<SigningKey> {
  const jwk = JSON.parse(text) as JsonWebKey
  const privateKey = await crypto.subtle.importKey('jwk', jwk, CURVE, false, ['sign'])
  return { publicKey: jwk.x!, privateKey, text }
}

/** Makes a key pair. */
export async function createSigningKey(): Promise<SigningKey> {
  for (;;) {
    // Half of all keys have an even y.
    const { privateKey } = await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])
    const jwk = await crypto.subtle.exportKey('jwk', privateKey)
    if (isEven(jwk)) return importKey(JSON.stringify(jwk))
  }
}

/** Reads the text of a key pair; a new pair if there is no text or it is damaged. */
export async function readSigningKey(text: string | undefined): Promise<SigningKey> {
  try {
    if (text) return await importKey(text)
  } catch {
    // Storage was changed by something else.
  }
  return createSigningKey()
}

export async function sign(
  { privateKey }: SigningKey,
  data: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, data))
}

/** Gives a function that verifies signatures. It rejects if `publicKey` is not the x coordinate of a point. */
export async function createVerifier(publicKey: string) {
  const x = toBigInt(fromBase64Url(publicKey)!)
  const jwk = { kty: 'EC', crv: 'P-256', x: publicKey, y: toBase64Url(toBytes(evenY(x))) }
  const key = await crypto.subtle.importKey('jwk', jwk, CURVE, false, ['verify'])
  return (signature: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>): Promise<boolean> =>
    crypto.subtle.verify(ALGORITHM, key, signature, data)
}
