import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import {
  type CodecContext,
  type CodecProblem,
  DIFFERENCES,
  isRecord,
  type Json,
  type PatchOperation,
  type Payload,
  type StoreFields,
} from '../../protocol/index.ts'
import { readJson } from './extras.ts'
import { readOperations, writeOperation } from './operations.ts'
import { type Comparison, compareOutline, outlineOf, type Schemas } from './outline.ts'
import { readMessage } from './read-message.ts'
import { readValidText } from './schema/text.ts'
import { type ReadContext, Unfit, type WriteContext } from './schema/types.ts'
import { writeMessage } from './write-message.ts'

const LEN = WireType.LengthDelimited

/** The numbers of the fields of `Body` and `Store`, see PROTOCOL.md. */
const BODY = { schema: 1, outline: 2, numericEnums: 3, stores: 4, patch: 5, rest: 6 }
const STORE = { id: 1, fields: 2, json: 3 }

interface StateBody {
  payload: Payload
  patch?: PatchOperation[]
}

/** Schemas of other versions that a viewer remembers. More than two at a time are unusual. */
const MOST_KNOWN = 4

export interface BodyWriter {
  encode: (body: object, context?: CodecContext) => Uint8Array
}
export interface BodyReader {
  decode: (bytes: Uint8Array, context?: CodecContext) => object
}

export function createBodyWriter(schemas: Schemas): BodyWriter {
  const outline = outlineOf(schemas)

  function writeStore(writer: BinaryWriter, id: string, fields: StoreFields, to: WriteContext) {
    const type = schemas.get(id)
    writer.tag(BODY.stores, LEN).fork().tag(STORE.id, LEN).string(id)
    if (type) {
      to.store = id
      to.path = []
      to.key = ''
      writer.tag(STORE.fields, LEN).fork()
      writeMessage(writer, type, fields, to)
      writer.join()
    } else writer.tag(STORE.json, LEN).string(JSON.stringify(fields))
    writer.join()
  }

  return {
    encode(body, { type, report = () => {} } = {}) {
      const { payload, patch, ...rest } = body as StateBody
      const writer = new BinaryWriter()
      const to: WriteContext = {
        isNumeric: undefined,
        inexact: false,
        store: '',
        path: [],
        key: '',
        reported: new Map(),
        report,
      }
      if (outline.fingerprint !== 0)
        writer.tag(BODY.schema, WireType.Bit32).fixed32(outline.fingerprint)
      if (type !== 'config_update' && outline.fingerprint !== 0) {
        writer.tag(BODY.outline, LEN).fork()
        outline.write(writer)
        writer.join()
      }
      try {
        for (const [id, fields] of Object.entries(payload)) writeStore(writer, id, fields, to)
        let last: string | undefined
        for (const operation of patch ?? []) {
          writer.tag(BODY.patch, LEN).fork()
          last = writeOperation(writer, operation, schemas, last, to)
          writer.join()
        }
      } catch (error) {
        if (!(error instanceof Unfit)) throw error
        const { store } = to
        const path = [...to.path.slice(1), to.key].join('.')
        report({ code: 'VS124', store, path, reason: error.message })
        throw new Error(`VS124: store "${store}", ${path}: ${error.message}`, { cause: error })
      }
      if (to.isNumeric) writer.tag(BODY.numericEnums, WireType.Varint).bool(true)
      if (Object.keys(rest).length > 0) writer.tag(BODY.rest, LEN).string(JSON.stringify(rest))
      return writer.finish()
    },
  }
}

interface RawBody {
  schema: number
  outline: Uint8Array | undefined
  isNumeric: boolean
  stores: Uint8Array[]
  patch: Uint8Array[]
  rest: Record<string, unknown>
}

/** The fields of the body in any order, because those of a store cannot be read before `numeric_enums`. */
function readRaw(bytes: Uint8Array): RawBody {
  const reader = new BinaryReader(bytes)
  const raw: RawBody = {
    schema: 0,
    outline: undefined,
    isNumeric: false,
    stores: [],
    patch: [],
    rest: {},
  }
  const READ: Record<number, [WireType, () => void] | undefined> = {
    [BODY.schema]: [WireType.Bit32, () => (raw.schema = reader.fixed32())],
    [BODY.outline]: [LEN, () => (raw.outline = reader.bytes())],
    [BODY.numericEnums]: [WireType.Varint, () => (raw.isNumeric = reader.bool())],
    [BODY.stores]: [LEN, () => raw.stores.push(reader.bytes())],
    [BODY.patch]: [LEN, () => raw.patch.push(reader.bytes())],
    [BODY.rest]: [
      LEN,
      () => {
        const rest = readJson(reader)
        if (!isRecord(rest)) throw new Error('not an object')
        raw.rest = rest
      },
    ],
  }
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    const read = READ[number]
    if (!read) reader.skip(wire, number)
    else if (read[0] === wire) read[1]()
    else throw new Error('bad wire type')
  }
  return raw
}

export function createBodyReader(schemas: Schemas): BodyReader {
  const { fingerprint } = outlineOf(schemas)
  const known = new Map<number, Comparison>()

  /** Compares the host's schemas with the viewer's, if they differ and the frame has their outline. */
  function compare({ schema, outline }: RawBody): Comparison | undefined {
    if (outline && schema !== fingerprint) {
      known.delete(schema)
      if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value!)
      known.set(schema, compareOutline(outline, schemas))
    }
    return schema === fingerprint ? undefined : known.get(schema)
  }

  function readStore(
    bytes: Uint8Array,
    payload: Payload,
    isUpdate: boolean,
    from: ReadContext,
  ): void {
    const reader = new BinaryReader(bytes)
    let id = ''
    let typed: Uint8Array | undefined
    let json: unknown
    while (reader.pos < reader.len) {
      const [number, wire] = reader.tag()
      if (wire !== LEN) reader.skip(wire, number)
      else if (number === STORE.id) id = readValidText(reader)
      else if (number === STORE.fields) typed = reader.bytes()
      else if (number === STORE.json) json = readJson(reader)
      else reader.skip(wire, number)
    }
    const type = schemas.get(id)
    if (id === '__proto__' || (typed && !type)) return
    if (!typed) {
      if (!isRecord(json)) throw new Error('a store without fields')
      payload[id] = json as StoreFields
      return
    }
    from.store = id
    from.path = []
    const inside = new BinaryReader(typed)
    const cleared: StoreFields = {}
    const fields = readMessage(inside, inside.len, type!, from, ({ key }) => (cleared[key] = null))
    // An update that leaves out a field would keep its old value on show.
    payload[id] = isUpdate ? { ...cleared, ...fields } : fields
  }

  return {
    decode(bytes, { type } = {}) {
      const raw = readRaw(bytes)
      const comparison = compare(raw)
      const isSame = raw.schema === fingerprint
      const problems: CodecProblem[] = [...(comparison?.problems ?? [])]
      const from: ReadContext = {
        isNumeric: raw.isNumeric,
        depth: 2,
        store: '',
        path: [],
        refused: comparison?.refused,
        report: (problem) => void (problems.length < 50 && problems.push(problem)),
      }
      const payload: Payload = {}
      for (const store of raw.stores) readStore(store, payload, type === 'config_update', from)
      const patch = readOperations(raw.patch, schemas, isSame, from)
      return {
        ...(raw.rest as Record<string, Json>),
        payload,
        ...(patch.length > 0 && { patch }),
        ...((!isSame || problems.length > 0) && { [DIFFERENCES]: problems }),
      }
    },
  }
}
