import { type Position, readPosition } from '@vue-sync/vue/protocol'

export type LogKind = 'state' | 'log' | 'stream'

/** The endpoint that a request of a viewer over HTTP is for. */
export interface LogTarget {
  kind: LogKind
  /** Whether the state is wanted as one JSON object. */
  isJson: boolean
  /** The path of the session, below the base: `/` or `/s/NAME`. */
  session: string
  /** The position that the viewer holds. @default none */
  position: Position | undefined
  /** Whether a position is there that cannot be read. */
  isMalformed: boolean
  /** The last status that the viewer received. @default none */
  cursor: string | undefined
  /** Whether a `log` waits for something new. */
  isLive: boolean
}

/** Segments of a path, as far as these endpoints have them. The session's name is checked with the request. */
const TARGET = /^(\/s\/[^/?]*)?\/(state|state\.json|log|stream)(?:\?(.*))?$/
const CURSOR = /^[\w.-]{1,40}$/

/**
 * Reads the target of a request, below the base: `/s/NAME/log?epoch=…&seq=…`. Gives `undefined` for any other path.
 */
export function readLogTarget(target: string): LogTarget | undefined {
  const [, session = '/', name, search = ''] = TARGET.exec(target) ?? []
  if (name === undefined) return undefined
  const isJson = name === 'state.json'
  const kind = isJson ? 'state' : (name as LogKind)
  const query = new URLSearchParams(search)
  const position = readPosition(query)
  const cursor = query.get('cursor') ?? ''
  return {
    kind,
    isJson,
    session,
    // `state` is the same for everyone.
    position: kind === 'state' ? undefined : position,
    isMalformed: !position && (query.has('epoch') || query.has('seq')),
    cursor: CURSOR.test(cursor) ? cursor : undefined,
    isLive: kind === 'log' && query.get('live') === '1',
  }
}
