import { readHeader } from '@vue-sync/vue/protocol'
import type { Entry } from './retained.ts'

/** The codec of every frame that only viewers with the secret of the link can read. */
const ENCRYPTED = /^aes-256-gcm/

/** Entries are the same objects for all viewers, so their headers are read once. */
const known = new WeakMap<Entry, boolean>()

/** Whether only viewers with the secret of the link can read a message. */
export function isEncryptedEntry(entry: Entry): boolean {
  let result = known.get(entry)
  if (result === undefined) {
    const header = entry.binary ? readHeader(entry.bytes)?.header : undefined
    result = ENCRYPTED.test(header?.codec ?? '')
    known.set(entry, result)
  }
  return result
}
