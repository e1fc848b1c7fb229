import type { AuditEvent } from '../core/audit.ts'
import type { Level } from '../operate/log.ts'

/** Addresses may come from a proxy's header, in which anything can be. */
const clean = (text: string): string => text.replaceAll(/[^\w.:%[\]-]/g, '?').slice(0, 64)

/** Any program can send any `Origin`. */
const cleanOrigin = (text: string): string => text.replaceAll(/[^\w.:/%[\]+-]/g, '?')

const THINGS: Record<AuditEvent['via'], string> = {
  socket: 'sockets',
  pair: 'codes',
  admin: 'keys for /admin',
  metrics: 'keys for /metrics',
}

const ROUTES: Record<AuditEvent['via'], string> = {
  socket: 'a socket',
  pair: 'a code',
  admin: '/admin',
  metrics: '/metrics',
}

/** A host may revoke many links at once; the fields list all of them. */
const MAX_IDS = 10
const DONE = 204

function listOf(ids: readonly string[]): string {
  const more = ids.length > MAX_IDS ? ` and ${ids.length - MAX_IDS} more` : ''
  return `${ids.slice(0, MAX_IDS).join(', ')}${more}`
}

function describeAction({ action, viewer = '', session, status = DONE }: AuditEvent): string {
  const isEnd = action === 'end_session'
  const what = isEnd ? `session ${session}` : `viewer ${clean(viewer)} of session ${session}`
  if (status === DONE) return `The operator ${isEnd ? 'ended' : 'disconnected'} ${what}`
  return `The operator could not ${isEnd ? 'end' : 'disconnect'} ${what} (answer ${status})`
}

function describe(event: AuditEvent): string {
  const { kind, via, role, reason, session, origin, tokens = [] } = event
  const ids = listOf(tokens)
  const where = session === undefined ? '' : ` in session ${session}`
  switch (kind) {
    case 'refused': {
      const link = ids && ` (link ${ids})`
      const page = origin === undefined ? '' : ` (${cleanOrigin(origin)})`
      return `Refused ${role ? `a ${role}` : ROUTES[via]}: ${reason ?? 'several reasons'}${link}${page}${where}`
    }
    case 'locked_out':
      return `Locked out for a minute: too many ${via === 'socket' ? '' : 'wrong '}${THINGS[via]}${where}`
    case 'revoked':
      return `The host revoked ${tokens.length === 1 ? 'the link' : 'the links'} ${ids}${where}`
    case 'rotated':
      return `The host revoked all links${where}`
    case 'admin':
      return describeAction(event)
  }
}

/** The log line of an event: a sentence, and the same as fields for JSON. */
export function auditLine(event: AuditEvent): [level: Level, text: string, details: object] {
  const { kind, address, session, suppressed, ...rest } = event
  const from = address === undefined ? '' : ` from ${clean(address)}`
  const more = suppressed === undefined ? '' : `; ${suppressed} more like it in the last minute`
  const level = kind === 'refused' || kind === 'locked_out' ? 'warn' : 'info'
  const text = `Audit: ${describe(event)}${from}${more}`
  const details = {
    ...(address !== undefined && { address: clean(address) }),
    ...(session !== undefined && { session }),
    ...rest,
    ...(rest.viewer !== undefined && { viewer: clean(rest.viewer) }),
    ...(rest.origin !== undefined && { origin: cleanOrigin(rest.origin) }),
    ...(suppressed !== undefined && { suppressed }),
  }
  return [level, text, { audit: kind, ...details }]
}
