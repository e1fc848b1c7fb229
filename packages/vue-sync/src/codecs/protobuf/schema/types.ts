import type { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { CodecProblem, Json } from '../../../protocol/index.ts'

/** What a message type of a schema means for JSON: compiled once, from its descriptor. */
export interface MessageType {
  name: string
  fields: readonly Field[]
  byKey: ReadonlyMap<string, Field>
  byNumber: ReadonlyMap<number, Field>
}

export type Shape = 'single' | 'list' | 'map'

export interface Field {
  number: number
  /** The key in the state: the `json_name` of the schema. */
  key: string
  /** The key in the path of a problem: that of a list or a map ends with `[]`. */
  label: string
  shape: Shape
  /** The type of the value, of the list's elements or of the map's values. */
  value: ValueType
  /** The type of a map's keys. */
  mapKey?: ValueType | undefined
}

/** The type of one value, and how it is written and read. A message has its own type instead. */
export interface ValueType {
  /** As in the outline of a schema, see `KIND`. */
  kind: number
  wire: WireType
  /** The type of a message. */
  message?: MessageType
  /** The type in a wrapper such as `google.protobuf.Int32Value`. */
  wrapped?: ValueType
  /** The names of an enum by number. */
  names?: ReadonlyMap<number, string>
  /** Whether a 64-bit integer is always text. */
  isText?: boolean
  /**
   * Sets `inexact` of the context if the value that arrives differs from `value`.
   *
   * @throws Unfit for a value of another type
   */
  write: (writer: BinaryWriter, value: Json, context: WriteContext) => void
  /**
   * Gives `undefined` for a value that the type cannot hold.
   *
   * @throws Error for bytes that are malformed
   */
  read: (reader: BinaryReader, context: ReadContext) => Json | undefined
}

export interface WriteContext {
  /** Whether the state holds enums as numbers. Set by the first enum of a frame. */
  isNumeric: boolean | undefined
  /** Set when a written value does not arrive as it is in the state. */
  inexact: boolean
  store: string
  /** The keys that lead to the present message. A list's key ends with `[]`. */
  path: string[]
  /** The key of the present field. */
  key: string
  /** The unknown keys that were reported. A list of a thousand rows has each of them a thousand times. */
  reported: Map<MessageType, Set<string>>
  report: (problem: CodecProblem) => void
}

export interface ReadContext {
  isNumeric: boolean
  /** The depth of the containers around the present value. */
  depth: number
  store: string
  path: string[]
  /** Fields whose type differs too much at the host. */
  refused: ReadonlySet<Field> | undefined
  report: (problem: CodecProblem) => void
}

/** A value that does not fit the type of its field. */
export class Unfit extends Error {}

/** The kinds of a field. Those up to 18 are the types of `FieldDescriptorProto`. */
export const KIND = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  message: 11,
  bytes: 12,
  uint32: 13,
  enum: 14,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
  wrapper: 19,
  timestamp: 20,
  duration: 21,
  struct: 22,
  value: 23,
  listValue: 24,
} as const

const NAMES = new Map<number, string>(Object.entries(KIND).map(([name, kind]) => [kind, name]))

export function nameOfKind(kind: number): string {
  return NAMES.get(kind) ?? 'an unknown type'
}

/** Whether any JSON may be inside, so that a path into it has the keys of the state. */
export function isFreeForm({ kind }: ValueType): boolean {
  return kind >= KIND.struct
}
