import { isCount, isPosition, isRecord, readAccess, readName } from '@vue-sync/vue/protocol'
import type { BackplaneMessage, ListedViewer, Mark, Notice } from './backplane.ts'
import type { Entry } from '../session/retained.ts'
import type { SessionInfo } from '../session/stored-session.ts'

// What other nodes send is checked field by field, as everyone who can reach the channel can send anything. Objects
// may have more fields than these, from a later version.

const MAX_ID = 200
const MAX_TOKENS = 10_000
const MAX_ADDRESSES = 1000
const MAX_LISTED = 1_000_000

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_ID
}

function isMark(value: unknown): value is Mark {
  return isRecord(value) && isId(value['log']) && isCount(value['count'])
}

function isEntry(value: unknown): value is Entry {
  return (
    isRecord(value) &&
    isRecord(value['position']) &&
    isPosition(value['position']) &&
    value['bytes'] instanceof Uint8Array &&
    typeof value['binary'] === 'boolean' &&
    typeof value['snapshot'] === 'boolean'
  )
}

function isInfo(value: unknown): value is SessionInfo {
  if (!isRecord(value)) return false
  const { name, access } = value
  return (
    (name === undefined || name === '' || readName(name) !== undefined) &&
    (access === undefined || readAccess(access) !== undefined)
  )
}

function isTokenCount(value: unknown): value is Record<string, number> {
  if (!isRecord(value)) return false
  const counts = Object.values(value)
  return counts.length <= MAX_TOKENS && counts.every(isCount)
}

function isAddressCount(value: unknown): boolean {
  return Array.isArray(value) && isId(value[0]) && isCount(value[1]) && isCount(value[2])
}

function isListedViewer(value: unknown): value is ListedViewer {
  if (!isRecord(value)) return false
  const { id, token, since, bufferedBytes } = value
  return isId(id) && isId(token) && isCount(since) && isCount(bufferedBytes)
}

/** By type of the notice. */
const NOTICES: Record<Notice['type'], (notice: Record<string, unknown>) => boolean> = {
  here: ({ viewers, tokens, hostSince, behind }) =>
    isCount(viewers) &&
    isTokenCount(tokens) &&
    (behind === undefined || typeof behind === 'boolean') &&
    (hostSince === undefined || (Number.isFinite(hostSince) && (hostSince as number) >= 0)),
  who: () => true,
  gone: () => true,
  want: () => true,
  hash: ({ position, hash }) => isRecord(position) && isPosition(position) && Number.isFinite(hash),
  close: ({ code, reason }) => isCount(code) && isId(reason),
  kick: ({ viewer }) => isId(viewer),
  list: ({ ask }) => isId(ask),
  listed: ({ ask, viewers }) =>
    isId(ask) &&
    Array.isArray(viewers) &&
    viewers.length <= MAX_LISTED &&
    viewers.every(isListedViewer),
  addresses: ({ isAll, turn, counts }) =>
    typeof isAll === 'boolean' &&
    isCount(turn) &&
    Array.isArray(counts) &&
    counts.length <= MAX_ADDRESSES &&
    counts.every(isAddressCount),
}

function isNotice(value: unknown): value is Notice {
  if (!isRecord(value) || typeof value['type'] !== 'string') return false
  return Object.hasOwn(NOTICES, value['type']) && NOTICES[value['type'] as Notice['type']](value)
}

/** By type of the message. */
const MESSAGES: Record<BackplaneMessage['type'], (message: Record<string, unknown>) => boolean> = {
  entry: ({ mark, entry }) => isMark(mark) && isEntry(entry),
  reset: ({ mark }) => isMark(mark),
  claim: ({ term, epoch }) => isCount(term) && (epoch === undefined || isId(epoch)),
  about: ({ about, infoId }) => isInfo(about) && isId(infoId),
  note: ({ note }) => isNotice(note),
}

/** Whether a message of another node has the shape of its type. */
export function isBackplaneMessage(value: unknown): value is BackplaneMessage {
  if (!isRecord(value) || typeof value['type'] !== 'string' || !isId(value['from'])) return false
  return (
    Object.hasOwn(MESSAGES, value['type']) &&
    MESSAGES[value['type'] as BackplaneMessage['type']](value)
  )
}
