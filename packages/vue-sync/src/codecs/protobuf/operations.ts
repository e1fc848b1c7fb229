import { BinaryReader, type BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { escapeKey, type Json, type PatchOperation } from '../../protocol/index.ts'
import { readJson, readNumbers, writeNumbers } from './extras.ts'
import type { Schemas } from './outline.ts'
import { held, holding, namePath, type NamedPath, type NumberedPath, numberPath } from './path.ts'
import { readMessage } from './read-message.ts'
import { readValidText } from './schema/text.ts'
import type { ReadContext, WriteContext } from './schema/types.ts'
import { writeMessage } from './write-message.ts'

const LEN = WireType.LengthDelimited
const OPS = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const

/** The numbers of the fields of `Operation`, see PROTOCOL.md. */
const OPERATION = { op: 1, store: 2, path: 3, keys: 4, from: 5, fromKeys: 6, typed: 7, json: 8 }

const keysOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replace(/~1/g, '/').replace(/~0/g, '~'))

function writePath(
  writer: BinaryWriter,
  { steps, keys }: NumberedPath,
  number: number,
  keysNumber: number,
): void {
  writeNumbers(writer, number, steps)
  if (keys.length > 0) writer.tag(keysNumber, LEN).string(JSON.stringify(keys))
}

/** Writes the fields of an operation. `last` is the store of the operation before. */
export function writeOperation(
  writer: BinaryWriter,
  { op, path, from, value }: PatchOperation,
  schemas: Schemas,
  last: string | undefined,
  context: WriteContext,
): string {
  const [store = '', ...keys] = keysOf(path)
  const type = schemas.get(store)
  if (op !== 'add') writer.tag(OPERATION.op, WireType.Varint).uint32(OPS.indexOf(op))
  if (store !== last) writer.tag(OPERATION.store, LEN).string(store)
  const numbered = numberPath(keys, type)
  writePath(writer, numbered, OPERATION.path, OPERATION.keys)
  if (from !== undefined) {
    const [, ...fromKeys] = keysOf(from)
    writePath(writer, numberPath(fromKeys, type), OPERATION.from, OPERATION.fromKeys)
  }
  if (value === undefined) return store
  const { holder } = numbered
  if (holder) {
    context.store = store
    context.path = ['', ...holder.before]
    context.key = context.path.pop()!
    writer.tag(OPERATION.typed, LEN).fork()
    writeMessage(writer, holder.type, holding(holder, value), context)
    writer.join()
  } else writer.tag(OPERATION.json, LEN).string(JSON.stringify(value))
  return store
}

interface RawOperation {
  op: (typeof OPS)[number]
  store: string
  path: Pick<NumberedPath, 'steps' | 'keys'>
  from: Pick<NumberedPath, 'steps' | 'keys'> | undefined
  typed: Uint8Array | undefined
  json: Json | undefined
}

function readKeys(reader: BinaryReader): string[] {
  const keys = readJson(reader)
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string'))
    throw new Error('not a list of keys')
  return keys
}

function readRaw(bytes: Uint8Array, last: string): RawOperation {
  const reader = new BinaryReader(bytes)
  const raw: RawOperation = {
    op: 'add',
    store: last,
    path: { steps: [], keys: [] },
    from: undefined,
    typed: undefined,
    json: undefined,
  }
  const from = (): Pick<NumberedPath, 'steps' | 'keys'> => (raw.from ??= { steps: [], keys: [] })
  const READ: Record<number, (() => void) | undefined> = {
    [OPERATION.store]: () => (raw.store = readValidText(reader)),
    [OPERATION.path]: () => (raw.path.steps = readNumbers(reader)),
    [OPERATION.keys]: () => (raw.path.keys = readKeys(reader)),
    [OPERATION.from]: () => (from().steps = readNumbers(reader)),
    [OPERATION.fromKeys]: () => (from().keys = readKeys(reader)),
    [OPERATION.typed]: () => (raw.typed = reader.bytes()),
    [OPERATION.json]: () => (raw.json = readJson(reader) as Json),
  }
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    const read = READ[number]
    if (number === OPERATION.op && wire === WireType.Varint) {
      const op = OPS[reader.uint32()]
      if (!op) throw new Error('no such operation')
      raw.op = op
    } else if (read && wire === LEN) read()
    else reader.skip(wire, number)
  }
  return raw
}

/** Gives `undefined` for a value that does not fit the viewer's type. */
function valueOf(
  { typed, json, store }: RawOperation,
  { holder }: NamedPath,
  context: ReadContext,
): Json | undefined {
  if (!typed) return json
  if (!holder) throw new Error('no type')
  const reader = new BinaryReader(typed)
  context.store = store
  context.path = [...holder.before]
  return held(holder, readMessage(reader, reader.len, holder.type, context))
}

/**
 * Reads operations as those of JSON. Leaves out those on fields that the viewer does not have.
 *
 * @param isSame whether host and viewer have the same schemas
 * @throws Error for a malformed operation
 */
export function readOperations(
  list: readonly Uint8Array[],
  schemas: Schemas,
  isSame: boolean,
  context: ReadContext,
): PatchOperation[] {
  const operations: PatchOperation[] = []
  let last = ''
  for (const bytes of list) {
    const raw = readRaw(bytes, last)
    last = raw.store
    const type = schemas.get(raw.store)
    const pointer = (named: NamedPath): string =>
      `/${[raw.store, ...named.keys].map(escapeKey).join('/')}`
    const to = namePath(raw.path, type, context.refused)
    const from = raw.from && namePath(raw.from, type, context.refused)
    if (raw.from) {
      if (to && !from) throw new Error('moved from a field that is not here')
      if (to && from) operations.push({ op: raw.op, from: pointer(from), path: pointer(to) })
      else if (from && raw.op === 'move') operations.push({ op: 'remove', path: pointer(from) })
      continue
    }
    if (!to) continue
    const operation: PatchOperation = { op: raw.op, path: pointer(to) }
    operations.push(operation)
    if (raw.op === 'remove') continue
    const value = valueOf(raw, to, context)
    // The old value must not stay on show.
    operation.value = value ?? null
    // It may not have been there, if its old value did not fit.
    if (!isSame && raw.op === 'replace' && to.holder?.entry === undefined) operation.op = 'add'
  }
  return operations
}
