import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import type { WriteContext } from './types.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** For short texts a call of a decoder takes longer than this loop. */
const SHORT = 24

/**
 * Reads text of the given bytes; `undefined` if it is not UTF-8. The reader itself would replace such bytes.
 */
export function readText(reader: BinaryReader): string | undefined {
  const bytes = reader.bytes()
  if (bytes.length <= SHORT) {
    let text = ''
    for (const byte of bytes) {
      if (byte > 0x7f) break
      text += String.fromCharCode(byte)
    }
    if (text.length === bytes.length) return text
  }
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** @throws Error if the text is not UTF-8 */
export function readValidText(reader: BinaryReader): string {
  const text = readText(reader)
  if (text === undefined) throw new Error('no UTF-8')
  return text
}

/** Whether UTF-8 can carry a text, which has no half of a surrogate pair. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

export function writeText(writer: BinaryWriter, text: string, context: WriteContext): void {
  if (!isWellFormed(text)) context.inexact = true
  writer.string(text)
}
