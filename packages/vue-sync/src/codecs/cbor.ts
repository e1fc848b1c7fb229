import { Encoder } from 'cbor-x'
import type { Codec } from '../protocol/index.ts'

/** CBOR (RFC 8949), by `cbor-x`, which the app installs. Give it to host and viewers alike. */
export function cbor(): Codec {
  const encoder = new Encoder({ useRecords: false, mapsAsObjects: true })
  return {
    name: 'cbor',
    encode: (body) => encoder.encode(body),
    decode: (bytes) => encoder.decode(bytes),
  }
}
