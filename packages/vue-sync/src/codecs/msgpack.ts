import { Packr } from 'msgpackr'
import type { Codec } from '../protocol/index.ts'

/** MessagePack, by `msgpackr`, which the app installs. Give it to host and viewers alike. */
export function msgpack(): Codec {
  const packr = new Packr({ useRecords: false })
  return {
    name: 'msgpack',
    encode: (body) => packr.pack(body),
    decode: (bytes) => packr.unpack(bytes),
  }
}
