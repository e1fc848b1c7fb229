import { Packr } from 'msgpackr'
import type { Codec } from '../protocol/index.ts'

/** MessagePack with `msgpackr`, which the app installs. Use it in the host and in all viewers. */
export function msgpack(): Codec {
  const packr = new Packr({ useRecords: false })
  return {
    name: 'msgpack',
    encode: (body) => packr.pack(body),
    decode: (bytes) => packr.unpack(bytes),
  }
}
