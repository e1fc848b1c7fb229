import { createHash } from 'node:crypto'
import { isPosition, isRecord, isSessionName, readAccess, readName } from '@vue-sync/vue/protocol'
import type { StoredSession } from '../core/session/stored-session.ts'

export const sha256 = (data: Buffer | string): string =>
  createHash('sha256').update(data).digest('hex')

const CHECKSUM_LENGTH = 64

/** A checksum, a line of JSON, and the messages as the host sent them. */
export function encodeSession(session: string, stored: StoredSession): Buffer {
  const { name, access, entries } = stored
  const head = {
    version: 1,
    session,
    name,
    access,
    entries: entries.map(({ position, binary, bytes }) => ({
      ...position,
      binary,
      length: bytes.length,
    })),
  }
  const body = Buffer.concat([
    Buffer.from(`${JSON.stringify(head)}\n`),
    ...entries.map(({ bytes }) => bytes),
  ])
  return Buffer.concat([Buffer.from(`${sha256(body)}\n`), body])
}

/** @throws Error for a file that is incomplete, damaged, or of another version */
export function decodeSession(file: Buffer): [session: string, stored: StoredSession] {
  const body = file.subarray(CHECKSUM_LENGTH + 1)
  if (file.subarray(0, CHECKSUM_LENGTH + 1).toString() !== `${sha256(body)}\n`)
    throw new Error('the checksum differs')
  const end = body.indexOf('\n')
  const head: unknown = JSON.parse(body.subarray(0, end).toString())
  if (!isRecord(head) || head['version'] !== 1) throw new Error('another version wrote it')
  const { session, entries } = head
  if (typeof session !== 'string' || !isSessionName(session) || !Array.isArray(entries))
    throw new Error('it is not a session')
  let offset = end + 1
  const read = entries.map((entry: unknown, index) => {
    if (!isRecord(entry) || !isPosition(entry)) throw new Error('it is not a session')
    const { epoch, seq } = entry
    const bytes = new Uint8Array(body.subarray(offset, (offset += Number(entry['length']))))
    return {
      position: { epoch, seq },
      bytes,
      binary: entry['binary'] === true,
      snapshot: index === 0,
    }
  })
  return [
    session,
    { name: readName(head['name']), access: readAccess(head['access']), entries: read },
  ]
}
