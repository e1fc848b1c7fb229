import { type BinaryReader, type BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { isRecord, type Json, parseJson } from '../../protocol/index.ts'
import { readValidText } from './schema/text.ts'

/** Fields with numbers that `protoc` reserves, so that no schema has them. They say what a message cannot say. */
export const EXTRA = {
  /** Numbers of the fields that are `null`. */
  nulls: 19001,
  /** Numbers of the lists and maps that are empty. */
  empties: 19002,
  /** Exact values by field number, as JSON. */
  exact: 19003,
  /** Values without a field by key, as JSON. */
  unknown: 19004,
} as const

const LEN = WireType.LengthDelimited

export interface Extras {
  nulls?: number[]
  empties?: number[]
  exact?: { [number: string]: Json }
  unknown?: { [key: string]: Json }
}

export function writeNumbers(writer: BinaryWriter, number: number, list: readonly number[]): void {
  writer.tag(number, LEN).fork()
  for (const item of list) writer.uint32(item)
  writer.join()
}

export function readNumbers(reader: BinaryReader): number[] {
  const list: number[] = []
  const end = reader.uint32() + reader.pos
  if (end > reader.len) throw new Error('too short')
  while (reader.pos < end) list.push(reader.uint32())
  if (reader.pos !== end) throw new Error('bad length')
  return list
}

/** @throws Error for JSON that is malformed, nests too deep, or has a number beyond the range of doubles */
export function readJson(reader: BinaryReader): unknown {
  return parseJson(readValidText(reader))
}

function readObject(reader: BinaryReader): { [key: string]: Json } {
  const value = readJson(reader)
  if (!isRecord(value)) throw new Error('not an object')
  return value as { [key: string]: Json }
}

export function writeExtras(
  writer: BinaryWriter,
  { nulls, empties, exact, unknown }: Extras,
): void {
  if (nulls) writeNumbers(writer, EXTRA.nulls, nulls)
  if (empties) writeNumbers(writer, EXTRA.empties, empties)
  if (exact) writer.tag(EXTRA.exact, LEN).string(JSON.stringify(exact))
  if (unknown) writer.tag(EXTRA.unknown, LEN).string(JSON.stringify(unknown))
}

/** Reads a field with one of the reserved numbers. Gives `false` for any other. */
export function readExtra(reader: BinaryReader, number: number, extras: Extras): boolean {
  if (number === EXTRA.nulls) extras.nulls = readNumbers(reader)
  else if (number === EXTRA.empties) extras.empties = readNumbers(reader)
  else if (number === EXTRA.exact) extras.exact = readObject(reader)
  else if (number === EXTRA.unknown) extras.unknown = readObject(reader)
  else return false
  return true
}
