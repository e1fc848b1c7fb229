import type { Buffer } from 'node:buffer'
import { isPosition, isRecord, readAccess, readName } from '@vue-sync/vue/protocol'
import type { BackplaneMessage, Log, Notice } from '../../core/shared/backplane.ts'
import type { Entry } from '../../core/session/retained.ts'
import type { SessionInfo } from '../../core/session/stored-session.ts'

/** Copies bytes, framed as the runtime's sockets need them. */
export type EncodeBytes = (bytes: Uint8Array, binary: boolean) => Uint8Array

const NEWLINE = 0x0a

export function writeHeader({ position: { epoch, seq }, binary, snapshot }: Entry): string {
  return JSON.stringify({ epoch, seq, binary, snapshot })
}

export function writeInfo({ name, access }: SessionInfo): string {
  return JSON.stringify({ name, access })
}

/** Returns `undefined` for invalid JSON, so that one such entry does not hide the others. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readEntry(header: string, bytes: Buffer, encode: EncodeBytes): Entry | undefined {
  const head = parse(header)
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

function readInfo(text: string): SessionInfo {
  const info = parse(text)
  if (!isRecord(info)) return { name: undefined, access: undefined }
  return { name: readName(info['name']), access: readAccess(info['access']) }
}

/**
 * Reads what the scripts publish: `TYPE NODE LOG COUNT HEADER`, a newline, and the body. `undefined` for
 * anything else. Only the shape of notices and numbers is left to check.
 */
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
      return { type, from, about: readInfo(body.toString()) }
    case 'note':
      return { type, from, note: parse(body.toString()) as Notice }
    default:
      return undefined
  }
}

export function writeNotice(from: string, notice: Notice): string {
  return `note ${from} - 0 \n${JSON.stringify(notice)}`
}

/** The result of the script LOAD. */
export type LoadedLog = [
  log: Buffer,
  count: Buffer,
  term: Buffer,
  about: Buffer,
  entries: [id: Buffer, fields: Buffer[]][],
]

export function readLog([log, count, term, info, stored]: LoadedLog, encode: EncodeBytes): Log {
  const entries = stored.flatMap(([, [, header, , bytes]]) => {
    const entry = header && bytes && readEntry(header.toString(), bytes, encode)
    return entry ? [entry] : []
  })
  const mark = { log: log.toString(), count: Number(count) }
  const highest = Number(term)
  return {
    mark: log.length > 0 && Number.isSafeInteger(mark.count) ? mark : undefined,
    term: Number.isSafeInteger(highest) ? highest : 0,
    about: readInfo(info.toString()),
    entries,
  }
}
