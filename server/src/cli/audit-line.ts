import type { AuditEvent } from '../core/audit.ts'
import type { Level } from '../operate/log.ts'

/** Addresses may come from a proxy's header, in which anything can be. */
const clean = (text: string): string => text.replaceAll(/[^\w.:%[\]-]/g, '?').slice(0, 64)

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

function describe(event: AuditEvent): string {
  const { kind, via, role, reason, tokens = [], action, viewer, status } = event
  const ids = tokens.join(', ')
  switch (kind) {
    case 'refused': {
      const link = ids && ` (link ${ids})`
      return `Refused ${role ? `a ${role}` : ROUTES[via]}: ${reason ?? 'several reasons'}${link}`
    }
    case 'locked_out':
      return `Locked out for a minute: too many ${via === 'socket' ? '' : 'wrong '}${THINGS[via]}`
    case 'revoked':
      return `The host revoked ${tokens.length === 1 ? 'the link' : 'the links'} ${ids}`
    case 'rotated':
      return 'The host revoked all links'
    case 'admin':
      return action === 'end_session'
        ? `The operator ended the session, answer ${status}`
        : `The operator disconnected the viewer ${clean(viewer ?? '')}, answer ${status}`
  }
}

/** The log line of an event: a sentence, and the same as fields for JSON. */
export function auditLine(event: AuditEvent): [level: Level, text: string, details: object] {
  const { kind, address, session, suppressed, ...rest } = event
  const from = address === undefined ? '' : ` from ${clean(address)}`
  const where = session === undefined ? '' : ` in session ${session}`
  const more = suppressed === undefined ? '' : `; ${suppressed} more like it in the last minute`
  const level = kind === 'refused' || kind === 'locked_out' ? 'warn' : 'info'
  const text = `Audit: ${describe(event)}${where}${from}${more}`
  const details = {
    ...(address !== undefined && { address: clean(address) }),
    ...(session !== undefined && { session }),
    ...rest,
    ...(rest.viewer !== undefined && { viewer: clean(rest.viewer) }),
    ...(suppressed !== undefined && { suppressed }),
  }
  return [level, text, { audit: kind, ...details }]
}
