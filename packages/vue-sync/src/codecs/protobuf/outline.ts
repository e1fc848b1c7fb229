import { BinaryReader, type BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { type CodecProblem, hashOf, type Json } from '../../protocol/index.ts'
import { readNumbers, writeNumbers } from './extras.ts'
import { readFields } from './schema/read-fields.ts'
import { readValidText } from './schema/text.ts'
import { type Field, KIND, type MessageType, nameOfKind } from './schema/types.ts'

/** The message types of the stores, by id. */
export type Schemas = ReadonlyMap<string, MessageType>

/** What a viewer cannot read of a host's state, because their schemas differ. */
export interface Comparison {
  /** The viewer's fields that the host has with a type that Protocol Buffers cannot read as theirs. */
  refused: ReadonlySet<Field>
  problems: CodecProblem[]
}

const LEN = WireType.LengthDelimited
const LONGEST = 64 * 1024
/** A hostile outline could make each own type meet each of its types. */
const MOST_PAIRS = 1000
const SHAPES = ['single', 'list', 'map'] as const
const SHAPE_UNIT = 32
const KEY_UNIT = 128

/** Types whose bytes can be read as each other. */
const GROUPS: readonly (readonly number[])[] = [
  [KIND.int32, KIND.int64, KIND.uint32, KIND.uint64, KIND.bool, KIND.enum],
  [KIND.sint32, KIND.sint64],
  [KIND.fixed32, KIND.sfixed32],
  [KIND.fixed64, KIND.sfixed64],
  [KIND.string, KIND.bytes],
]

interface Table {
  roots: [id: string, type: number][]
  types: MessageType[]
}

function tableOf(schemas: Schemas): Table {
  const types: MessageType[] = []
  const add = (type: MessageType): number => {
    if (!types.includes(type)) types.push(type)
    return types.indexOf(type)
  }
  const ids = [...schemas.keys()].toSorted()
  const roots = ids.map((id): [string, number] => [id, add(schemas.get(id)!)])
  // The list grows while it is walked.
  for (const { fields } of types)
    for (const { value } of fields) if (value.message) add(value.message)
  return { roots, types }
}

function codeOf({ shape, value, mapKey }: Field): number {
  return value.kind + SHAPE_UNIT * SHAPES.indexOf(shape) + KEY_UNIT * (mapKey?.kind ?? 0)
}

const partOf = ({ value }: Field, types: readonly MessageType[]): number =>
  value.message ? types.indexOf(value.message) + 1 : (value.wrapped?.kind ?? 0)

/** Gives a number that differs for schemas that differ in names, numbers, types or enum values. */
function fingerprintOf({ roots, types }: Table): number {
  if (roots.length === 0) return 0
  const describe = (field: Field): Json => [
    field.number,
    field.key,
    codeOf(field),
    partOf(field, types),
    field.value.isText ?? false,
    [...(field.value.names ?? [])],
  ]
  return hashOf([roots, types.map(({ fields }) => fields.map(describe))], new WeakMap())
}

function writeOutline(writer: BinaryWriter, { roots, types }: Table): void {
  for (const [id, type] of roots)
    writer.tag(1, LEN).fork().tag(1, LEN).string(id).tag(2, WireType.Varint).uint32(type).join()
  for (const { fields } of types) {
    writer.tag(2, LEN).fork()
    const triples = fields.flatMap((field) => [field.number, codeOf(field), partOf(field, types)])
    writeNumbers(writer, 1, triples)
    writer.join()
  }
}

type FieldOutline = readonly [code: number, part: number]
interface Outline {
  roots: Map<string, number>
  types: Map<number, FieldOutline>[]
}

/** @throws Error for a malformed outline */
function readOutline(bytes: Uint8Array): Outline {
  if (bytes.length > LONGEST) throw new Error('too long')
  const reader = new BinaryReader(bytes)
  const outline: Outline = { roots: new Map(), types: [] }
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    if (wire !== LEN || number > 2) {
      reader.skip(wire, number)
      continue
    }
    let id = ''
    let type = 0
    let triples: number[] = []
    readFields(reader, (part, partWire) => {
      if (part === 1 && partWire === LEN && number === 1) id = readValidText(reader)
      else if (part === 2 && partWire === WireType.Varint && number === 1) type = reader.uint32()
      else if (part === 1 && partWire === LEN) triples = readNumbers(reader)
      else return false
      return true
    })
    if (number === 1) outline.roots.set(id, type)
    else {
      const fields = new Map<number, FieldOutline>()
      for (let at = 0; at + 2 < triples.length; at += 3)
        fields.set(triples[at]!, [triples[at + 1]!, triples[at + 2]!])
      outline.types.push(fields)
    }
  }
  return outline
}

const isReadable = (own: number, host: number): boolean =>
  own === host || GROUPS.some((group) => group.includes(own) && group.includes(host))

function nameOf(code: number): string {
  const shape = SHAPES[Math.floor(code / SHAPE_UNIT) % 4] ?? 'single'
  return `${shape === 'single' ? '' : `${shape} of `}${nameOfKind(code % SHAPE_UNIT)}`
}

function fits(own: Field, [code, part]: FieldOutline): boolean {
  const kind = code % SHAPE_UNIT
  return (
    Math.floor(code / SHAPE_UNIT) % 4 === SHAPES.indexOf(own.shape) &&
    (own.mapKey?.kind ?? 0) === Math.floor(code / KEY_UNIT) &&
    isReadable(own.value.kind, kind) &&
    (kind !== KIND.wrapper || isReadable(own.value.wrapped!.kind, part))
  )
}

/**
 * Compares the host's outline with the viewer's schemas.
 *
 * @throws Error for a malformed outline
 */
export function compareOutline(bytes: Uint8Array, schemas: Schemas): Comparison {
  const { roots, types } = readOutline(bytes)
  const refused = new Set<Field>()
  const problems: CodecProblem[] = []
  const compared = new Map<MessageType, Set<number>>()
  const open: [own: MessageType, host: number, store: string, path: string[]][] = []
  for (const [store, host] of roots) {
    const own = schemas.get(store)
    if (own) open.push([own, host, store, []])
    else problems.push({ code: 'VS125', store, reason: 'the viewer has no schema for this store' })
  }
  for (const [own, host, store, path] of open) {
    const done = compared.get(own) ?? new Set()
    compared.set(own, done)
    if (done.has(host)) continue
    if (open.length > MOST_PAIRS) throw new Error('too many types')
    done.add(host)
    for (const field of own.fields) {
      const theirs = types[host]?.get(field.number)
      if (!theirs) continue
      const inside = [...path, field.label]
      if (fits(field, theirs)) {
        if (field.value.message) open.push([field.value.message, theirs[1] - 1, store, inside])
      } else if (!refused.has(field)) {
        refused.add(field)
        const reason = `the host has ${nameOf(theirs[0])}, and this viewer has ${nameOf(codeOf(field))}`
        problems.push({ code: 'VS125', store, path: inside.join('.'), reason })
      }
    }
  }
  return { refused, problems }
}

/** Gives the fingerprint of the schemas, and a function that writes their outline. */
export function outlineOf(schemas: Schemas): {
  fingerprint: number
  write: (writer: BinaryWriter) => void
} {
  const table = tableOf(schemas)
  const longest = table.types.reduce((sum, { fields }) => sum + 16 + 15 * fields.length, 0)
  return {
    fingerprint: fingerprintOf(table),
    write(writer) {
      if (table.roots.length > 0 && longest <= LONGEST) writeOutline(writer, table)
    },
  }
}
