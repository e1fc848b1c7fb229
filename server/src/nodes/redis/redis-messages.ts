import type { Buffer } from 'node:buffer'
import { isPosition, isRecord, readAccess, readName } from '@vue-sync/vue/protocol'
import type { BackplaneMessage, Log, Note } from '../../core/shared/backplane.ts'
import type { Entry } from '../../core/session/retained.ts'
import type { SessionAbout } from '../../core/session/session.ts'

/** Makes bytes that came from elsewhere the relay's own, as sockets take them. */
export type EncodeBytes = (bytes: Uint8Array, binary: boolean) => Uint8Array

const NEWLINE = 0x0a

export function writeHeader({ position: { epoch, seq }, binary, snapshot }: Entry): string {
  return JSON.stringify({ epoch, seq, binary, snapshot })
}

export function writeAbout({ name, access }: SessionAbout): string {
  return JSON.stringify({ name, access })
}

function readEntry(header: string, bytes: Buffer, encode: EncodeBytes): Entry | undefined {
  const head: unknown = JSON.parse(header)
  if (!isRecord(head) || !isPosition(head)) return undefined
  const { epoch, seq } = head
  const binary = head['binary'] === true
  return {
    position: { epoch, seq },
    binary,
    snapshot: head['snapshot'] === true,
    bytes: encode(bytes, binary),
  }
}

function readAbout(text: string): SessionAbout {
  const about: unknown = text === '' ? {} : JSON.parse(text)
  if (!isRecord(about)) return { name: undefined, access: undefined }
  return { name: readName(about['name']), access: readAccess(about['access']) }
}

/** What the scripts publish: `TYPE NODE LOG COUNT HEADER`, a newline, and the rest. `undefined` for what is none. */
export function readMessage(data: Buffer, encode: EncodeBytes): BackplaneMessage | undefined {
  const end = data.indexOf(NEWLINE)
  const [, type, from = '', log = '', number = '', header = ''] =
    /^(\w+) (\S+) (\S+) (\d+) ?(.*)$/.exec(data.toString('utf8', 0, Math.max(0, end))) ?? []
  const body = data.subarray(end + 1)
  const mark = { log, count: Number(number) }
  switch (type) {
    case 'entry': {
      const entry = readEntry(header, body, encode)
      return entry && { type, from, mark, entry }
    }
    case 'reset':
      return { type, from, mark }
    case 'claim':
      return { type, from, term: Number(number) }
    case 'about':
      return { type, from, about: readAbout(body.toString()) }
    case 'note':
      return { type, from, note: JSON.parse(body.toString()) as Note }
    default:
      return undefined
  }
}

export function writeNote(from: string, note: Note): string {
  return `note ${from} - 0 \n${JSON.stringify(note)}`
}

/** What the script LOAD gives. */
export type LoadedLog = [
  log: Buffer,
  count: Buffer,
  term: Buffer,
  about: Buffer,
  entries: [id: Buffer, fields: Buffer[]][],
]

export function readLog([log, count, term, about, kept]: LoadedLog, encode: EncodeBytes): Log {
  const entries = kept.flatMap(([, [, header, , bytes]]) => {
    const entry = header && bytes && readEntry(header.toString(), bytes, encode)
    return entry ? [entry] : []
  })
  return {
    mark: log.length > 0 ? { log: log.toString(), count: Number(count) } : undefined,
    term: Number(term),
    about: readAbout(about.toString()),
    entries,
  }
}
