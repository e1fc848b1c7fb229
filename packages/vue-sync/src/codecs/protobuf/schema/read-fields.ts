import type { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

/** Calls `onField` for each field of the message that follows. `onField` gives `false` to have it skipped. */
export function readFields(
  reader: BinaryReader,
  onField: (number: number, wire: WireType) => boolean,
): void {
  const length = reader.uint32()
  const end = reader.pos + length
  if (end > reader.len) throw new Error('too short')
  while (reader.pos < end) {
    const [number, wire] = reader.tag()
    if (!onField(number, wire)) reader.skip(wire, number)
  }
  if (reader.pos !== end) throw new Error('bad length')
}
