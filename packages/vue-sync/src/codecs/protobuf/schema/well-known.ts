import { WireType } from '@bufbuild/protobuf/wire'
import type { Json } from '../../../protocol/index.ts'
import { anyValue, listValue, struct } from './free-form.ts'
import { readFields } from './read-fields.ts'
import { duration, timestamp } from './time.ts'
import { KIND, type ValueType } from './types.ts'

const LEN = WireType.LengthDelimited
const PACKAGE = 'google.protobuf.'

const WRAPPERS = new Map<string, number>([
  ['DoubleValue', KIND.double],
  ['FloatValue', KIND.float],
  ['Int64Value', KIND.int64],
  ['UInt64Value', KIND.uint64],
  ['Int32Value', KIND.int32],
  ['UInt32Value', KIND.uint32],
  ['BoolValue', KIND.bool],
  ['StringValue', KIND.string],
  ['BytesValue', KIND.bytes],
])
const OTHERS = new Map<string, ValueType>([
  ['Timestamp', timestamp],
  ['Duration', duration],
  ['Struct', struct],
  ['Value', anyValue],
  ['ListValue', listValue],
])

/** The value in a wrapper message; `null` in the state is a wrapper that is absent. */
function wrapper(wrapped: ValueType): ValueType {
  return {
    kind: KIND.wrapper,
    wire: LEN,
    wrapped,
    write(writer, value, context) {
      wrapped.write(writer.fork().tag(1, wrapped.wire), value, context)
      writer.join()
    },
    read(reader, context) {
      // Protocol Buffers leaves out a default value.
      let value: Json | undefined =
        wrapped.kind === KIND.bool ? false : [9, 12].includes(wrapped.kind) ? '' : 0
      readFields(reader, (number, wire) => {
        if (number !== 1 || wire !== wrapped.wire) return false
        value = wrapped.read(reader, context)
        return true
      })
      return value
    },
  }
}

/**
 * Gives the type for a message of `google.protobuf` that has a JSON form of its own.
 *
 * @param scalar gives the type for a kind of value
 */
export function wellKnownType(
  typeName: string,
  scalar: (kind: number) => ValueType,
): ValueType | undefined {
  if (!typeName.startsWith(PACKAGE)) return undefined
  const name = typeName.slice(PACKAGE.length)
  const kind = WRAPPERS.get(name)
  return kind === undefined ? OTHERS.get(name) : wrapper(scalar(kind))
}
