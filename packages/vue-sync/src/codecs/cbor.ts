import { Encoder } from 'cbor-x'
import type { Codec } from '../protocol/index.ts'
import { checkCbor } from './check-cbor.ts'

/** CBOR (RFC 8949) with `cbor-x`, which the app installs. Use it in the host and in all viewers. */
export function cbor(): Codec {
  const encoder = new Encoder({ useRecords: false, mapsAsObjects: true })
  return {
    name: 'cbor',
    encode: (body) => encoder.encode(body),
    decode(bytes) {
      checkCbor(bytes)
      return encoder.decode(bytes)
    },
  }
}
