import { CLOSE, type Role } from '@vue-sync/vue/protocol'

export type AuditKind = 'refused' | 'replaced' | 'locked_out' | 'revoked' | 'rotated' | 'admin'

/** Something that an operator may have to look into: a refusal, a takeover or a change of rights. Contains ids and addresses, and never a key, a token or a code. */
export interface AuditEvent {
  /**
   * `refused`: a wrong or missing key or code, a foreign origin, a link that was withdrawn, an unknown path or host name,
   * or an unknown version. `replaced`: a host closed another one of the same session. `locked_out`: a client must wait
   * after too many attempts. `revoked`: a host withdrew links. `rotated`: a host withdrew all links. `admin`: an operator
   * ended a session or disconnected a viewer.
   */
  kind: AuditKind
  /** How the client reached the relay: by a WebSocket, as a viewer over HTTP, or by a route. */
  via: 'socket' | 'http' | 'pair' | 'admin' | 'metrics'
  /** Of the client, behind any trusted proxies; `undefined` where the server around the relay does not know it. */
  address?: string | undefined
  role?: Role | undefined
  session?: string | undefined
  /** The ids of the tokens that it is about; `main` is the relay's viewer key. */
  tokens?: readonly string[] | undefined
  /** The close code. */
  code?: number | undefined
  /** For `refused` because of its origin: the `Origin` header, cut off after 200 characters. */
  origin?: string | undefined
  /** For `replaced`: the later host is on another node, which has no line. */
  elsewhere?: true | undefined
  /** In words, for `refused`. */
  reason?: string | undefined
  /** For `admin`: what the operator did. */
  action?: 'end_session' | 'disconnect_viewer' | undefined
  /** For `admin`: the id of the viewer. */
  viewer?: string | undefined
  /** For `admin`: the status of the answer; 204 means that it was done. */
  status?: number | undefined
  /** How many events of the same kind and address followed within a minute and were not reported one by one. */
  suppressed?: number | undefined
}

export type Audit = (event: AuditEvent) => void

/** The codes by which a connection is refused for good. Limits have warnings of their own. */
const REFUSAL_CODES = new Set<number>([
  CLOSE.badToken,
  CLOSE.revoked,
  CLOSE.badOrigin,
  CLOSE.noSession,
  CLOSE.unsupported,
])

const LONGEST_ORIGIN = 200

/** Where a client connects from, if the server around the relay knows it. */
export interface ClientSource {
  address: string
  origin?: string | undefined
  /** @default 'socket' */
  via?: 'socket' | 'http' | undefined
}

/** A client on a WebSocket, or a viewer over HTTP, as far as the relay knows it. */
export interface SocketClient {
  role?: Role
  session?: string
  pass?: { id: string }
  source?: ClientSource
  /** Used without `source`. */
  address?: string | undefined
}

/** The fields of an event that describe such a client. */
export function socketClient({ role, session, source, address }: SocketClient) {
  return {
    via: source?.via ?? 'socket',
    address: source?.address ?? address,
    role,
    session,
  } as const
}

/** Reports a refused connection, unless the reason is a limit. */
export function auditRefusal(
  audit: Audit | undefined,
  client: SocketClient,
  { code, reason }: { code: number; reason: string },
): void {
  if (!audit || !REFUSAL_CODES.has(code)) return
  const tokens = code === CLOSE.revoked && client.pass ? [client.pass.id] : undefined
  const origin = code === CLOSE.badOrigin ? client.source?.origin : undefined
  audit({
    kind: 'refused',
    ...socketClient(client),
    tokens,
    code,
    ...(origin !== undefined && { origin: origin.slice(0, LONGEST_ORIGIN) }),
    reason,
  })
}

export interface AuditReporter {
  /** Passes an event on, unless too many like it came from the same address. */
  report: Audit
  /** Reports how many events were suppressed so far. To be called when the relay stops. */
  flush: () => void
}

const WINDOW_MS = 60_000
/**
 * Events within a window that are passed on, for each kind and address. Only holders of a key cause the events
 * with a high number.
 */
const PER_WINDOW: Record<AuditKind, number> = {
  refused: 1,
  replaced: 1,
  locked_out: 1,
  revoked: 60,
  rotated: 60,
  admin: 60,
}
/** Windows that are open at a time. With more addresses than that, their events are counted together. */
const MAX_WINDOWS = 200

interface Window {
  first: AuditEvent
  passed: number
  suppressed: number
  timer: ReturnType<typeof setTimeout>
}

/** Limits how much an attacker can write into the log: one line a minute for each kind, role, address, way and code. */
export function createAuditReporter(sink: Audit = () => {}): AuditReporter {
  const windows = new Map<string, Window>()

  function close(key: string): void {
    const window = windows.get(key)
    if (!window) return
    clearTimeout(window.timer)
    windows.delete(key)
    if (window.suppressed > 0) sink({ ...window.first, suppressed: window.suppressed })
  }

  function open(key: string, first: AuditEvent): Window {
    const timer = setTimeout(() => close(key), WINDOW_MS)
    // The process may end before.
    ;(timer as { unref?: () => void }).unref?.()
    const window = { first, passed: 0, suppressed: 0, timer }
    windows.set(key, window)
    return window
  }

  return {
    report(event) {
      const { kind, via, role = '', address = '', code = '' } = event
      const own = `${kind} ${via} ${role} ${address} ${code}`
      const isKnown = windows.has(own) || windows.size < MAX_WINDOWS
      const key = isKnown ? own : `${kind} ${via}`
      const window = windows.get(key) ?? open(key, isKnown ? event : withoutClient(event))
      if (window.passed < PER_WINDOW[kind]) {
        window.passed++
        sink(event)
      } else window.suppressed++
    },
    flush() {
      for (const key of windows.keys()) close(key)
    },
  }
}

/** For a count of events of many clients. */
function withoutClient({ kind, via }: AuditEvent): AuditEvent {
  return { kind, via }
}
