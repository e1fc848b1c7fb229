import type { Buffer } from 'node:buffer'
import {
  isPosition,
  isRecord,
  isSessionName,
  mergeAccess,
  NO_RULES,
  readAccess,
  readName,
  readToken,
} from '@vue-sync/vue/protocol'
import type { BackplaneMessage, Log, Notice, PairingCode } from '../../core/shared/backplane.ts'
import type { Entry } from '../../core/session/retained.ts'
import type { SessionInfo } from '../../core/session/stored-session.ts'

/** Copies bytes, framed as the runtime's sockets need them. */
export type EncodeBytes = (bytes: Uint8Array, binary: boolean) => Uint8Array

const NEWLINE = 0x0a

export function writeHeader({ position: { epoch, seq }, binary, snapshot }: Entry): string {
  return JSON.stringify({ epoch, seq, binary, snapshot })
}

/** The field `about` of a session. */
export function writeName({ name }: SessionInfo): string {
  return JSON.stringify({ name })
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

/** Reads the fields `about` and `access`. Nodes before 0.2 wrote the access rules into `about`. */
export function readInfo(about: string, access: string): SessionInfo {
  const info = parse(about)
  const { name, access: older } = isRecord(info) ? info : {}
  const rules = [readAccess(older), readAccess(parse(access))].filter((one) => one !== undefined)
  return {
    name: readName(name),
    access: rules.length > 0 ? rules.reduce(mergeAccess, NO_RULES) : undefined,
  }
}

export function writeCode(stored: PairingCode): string {
  return JSON.stringify(stored)
}

/** Returns `undefined` for anything else, such as what another version stored. */
export function readCode(text: string): PairingCode | undefined {
  const stored = parse(text)
  if (!isRecord(stored)) return undefined
  const { session, fence } = stored
  const token = readToken(stored['token'])
  if (typeof session !== 'string' || !isSessionName(session)) return undefined
  return token && typeof fence === 'string' ? { session, token, fence } : undefined
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
      return { type, from, term: Number(number), epoch: body.toString() || undefined }
    case 'about': {
      const [about = '', access = ''] = body.toString().split('\n')
      return { type, from, about: readInfo(about, access), infoId: log }
    }
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
  access: Buffer,
  info: Buffer,
  entries: [id: Buffer, fields: Buffer[]][],
]

/** The result of the script ACCESS when other rules are stored than the caller has read. */
export type StoredInfo = [info: string, about: string, access: string]

export function readLog(loaded: LoadedLog, encode: EncodeBytes): Log {
  const [log, count, term, about, access, info, stored] = loaded
  const entries = stored.flatMap(([, [, header, , bytes]]) => {
    const entry = header && bytes && readEntry(header.toString(), bytes, encode)
    return entry ? [entry] : []
  })
  const mark = { log: log.toString(), count: Number(count) }
  const highest = Number(term)
  return {
    mark: log.length > 0 && Number.isSafeInteger(mark.count) ? mark : undefined,
    term: Number.isSafeInteger(highest) ? highest : 0,
    about: readInfo(about.toString(), access.toString()),
    infoId: info.toString(),
    entries,
  }
}
