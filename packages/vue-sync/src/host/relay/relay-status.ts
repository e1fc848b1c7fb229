import {
  type AccessProblem,
  isCount,
  isRecord,
  type Reach,
  readName,
  readPairCode,
  type SignedToken,
  type ViewerUrl,
} from '../../protocol/index.ts'

/** The fields of the relay's status that a host uses. A missing or malformed field is `undefined`. */
export interface HostStatus {
  clientCount: number | undefined
  viewerUrls: ViewerUrl[] | undefined
  setUpUrl: string | undefined
  pairCode: string | undefined
  /** When the code changes, milliseconds since 1970 by the relay's clock. */
  pairCodeUntil: number | undefined
  tokens: SignedToken[] | undefined
  want: 'session_update' | undefined
  /** The relay's clock, milliseconds since 1970. */
  time: number | undefined
  /** The number of the change that the relay answers. */
  change: number | undefined
  problem: AccessProblem | undefined
  /** A mistake of this host. */
  error: RelayError | undefined
}

/** What the relay says about a mistake of this host. */
export interface RelayError {
  /** A `HostErrorCode`, or one of a later version. */
  code: string
  reason: string
  field: string | undefined
}

/** Of a text for developers. */
const LONGEST_TEXT = 500
const REACHES: readonly unknown[] = ['network', 'internet', 'virtual', 'machine'] satisfies Reach[]

/** Only http(s): an app shows the address as a link, where `javascript:` would run in the app's page. */
function readPage(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  try {
    return /^https?:$/.test(new URL(value).protocol) ? value : undefined
  } catch {
    return undefined
  }
}

function readViewerUrl(value: unknown): ViewerUrl | undefined {
  const url = isRecord(value) && readPage(value['url'])
  if (!url) return undefined
  const { name, reach } = value
  const isKnown = REACHES.includes(reach)
  return { name: readName(name) ?? '', url, ...(isKnown && { reach: reach as Reach }) }
}

function readSignedToken(value: unknown): SignedToken | undefined {
  if (!isRecord(value)) return undefined
  const { id, key, viewers } = value
  const isWhole = typeof id === 'string' && typeof key === 'string' && isCount(viewers)
  return isWhole ? { id, key, viewers } : undefined
}

function readCount(value: unknown): number | undefined {
  return isCount(value) ? value : undefined
}

/** A clock that was set back can be before 1970. */
function readTime(value: unknown): number | undefined {
  return Number.isFinite(value) ? (value as number) : undefined
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : undefined
}

function readProblem(value: unknown): AccessProblem | undefined {
  if (!isRecord(value)) return undefined
  const field = readText(value['field'])
  const reason = readText(value['reason'])
  return field === undefined || reason === undefined ? undefined : { field, reason }
}

function readError(value: unknown): RelayError | undefined {
  if (!isRecord(value)) return undefined
  const code = readText(value['code'])
  const reason = readText(value['reason'])
  return code && reason ? { code, reason, field: readText(value['field']) } : undefined
}

/**
 * Reads the payload of a status from the relay, which may send anything. Never throws.
 *
 * @param onBad called, except in production, with the name of each field that is malformed, or a part of it
 */
export function readRelayStatus(
  payload: Record<string, unknown>,
  onBad: (field: string) => void,
): HostStatus {
  function read<T>(field: string, readValue: (value: unknown) => T | undefined): T | undefined {
    const value = payload[field]
    const read = readValue(value)
    if (process.env.NODE_ENV !== 'production' && read === undefined && value !== undefined)
      onBad(field)
    return read
  }
  function readList<T>(field: string, readItem: (value: unknown) => T | undefined) {
    return read(field, (value) => {
      if (!Array.isArray(value)) return undefined
      const items = value.flatMap((item) => readItem(item) ?? [])
      if (process.env.NODE_ENV !== 'production' && items.length < value.length) onBad(field)
      return items
    })
  }
  return {
    clientCount: read('clientCount', readCount),
    viewerUrls: readList('viewerUrls', readViewerUrl),
    setUpUrl: read('setUpUrl', readPage),
    pairCode: read('pairCode', (value) =>
      typeof value === 'string' ? readPairCode(value) : undefined,
    ),
    tokens: readList('tokens', readSignedToken),
    want: payload['want'] === 'session_update' ? 'session_update' : undefined,
    pairCodeUntil: read('pairCodeUntil', readTime),
    time: read('time', readTime),
    change: read('change', readCount),
    problem: read('problem', readProblem),
    error: read('error', readError),
  }
}
