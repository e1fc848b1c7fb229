import { CLOSE } from '@vue-sync/vue/protocol'
import type { AuditEvent } from '../core/audit.ts'
import type { Level } from '../operate/log.ts'

/** Addresses may come from a proxy's header, in which anything can be. */
const clean = (text: string): string => text.replaceAll(/[^\w.:%[\]-]/g, '?').slice(0, 64)

/** Any program can send any `Origin`. */
const cleanOrigin = (text: string): string => text.replaceAll(/[^\w.:/%[\]+-]/g, '?')

const THINGS: Record<AuditEvent['via'], string> = {
  socket: 'sockets',
  http: 'requests',
  pair: 'codes',
  admin: 'keys for /admin',
  metrics: 'keys for /metrics',
}

const ROUTES: Record<AuditEvent['via'], string> = {
  socket: 'a socket',
  http: 'a request',
  pair: 'a code',
  admin: '/admin',
  metrics: '/metrics',
}

const WARNINGS = new Set<AuditEvent['kind']>(['refused', 'replaced', 'locked_out'])

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

const SCAN_AGAIN = 'To fix it, scan the current code or open the current link'

const ROUTE_FIXES: Record<AuditEvent['via'], string> = {
  socket: '',
  http: '',
  pair: 'To fix it, type the code that the relay and the host show now',
  admin: 'To fix it, send the host key',
  metrics: 'To fix it, send the key of --metrics-key',
}

/** What helps a client that was refused; `''` if the reason says it, or if many reasons are counted together. */
function fixOf({ via, role, code, origin, reason }: AuditEvent): string {
  if (via !== 'socket' && via !== 'http') return reason === undefined ? '' : ROUTE_FIXES[via]
  switch (code) {
    case CLOSE.badToken:
      return role === 'host'
        ? 'To fix it, give the host the key that the relay shows at its start (--host-key)'
        : SCAN_AGAIN
    case CLOSE.revoked:
      return SCAN_AGAIN
    case CLOSE.badOrigin:
      // Pages of any site can have the origin `null`.
      return origin === undefined || origin === 'null'
        ? ''
        : `If you trust that page, start the relay with --allow-origin ${cleanOrigin(origin)}`
    case CLOSE.unsupported:
      return 'To fix it, use the same version of vue-sync on both sides'
    default:
      return ''
  }
}

/** Joins sentences without their full stops. */
const sentences = (...list: string[]): string =>
  `${list
    .filter(Boolean)
    .map((text) => text.replace(/\.$/, ''))
    .join('. ')}.`

function describe(event: AuditEvent): string {
  const { kind, via, role, reason, session, origin, address, tokens = [] } = event
  const ids = listOf(tokens)
  const from = address === undefined ? '' : ` from ${clean(address)}`
  const where = session === undefined ? '' : ` in session ${session}`
  switch (kind) {
    case 'refused': {
      const link = ids && ` (link ${ids})`
      const page = origin === undefined ? '' : ` (${cleanOrigin(origin)})`
      const who = `${role ? `a ${role}` : ROUTES[via]}${from}${where}`
      return sentences(`Refused ${who}: ${reason ?? 'several reasons'}${link}${page}`, fixOf(event))
    }
    case 'replaced':
      if (event.elsewhere)
        return sentences(
          `A host on another node took over${where === '' ? '' : ` session ${session}`}, and the one on this node was closed`,
          'To run both, give each its own session',
        )
      return sentences(
        `Another host${from} took over${where === '' ? '' : ` session ${session}`}, and the earlier one was closed`,
        'To run both, give each its own session',
      )
    case 'locked_out': {
      const many = `too many ${via === 'socket' || via === 'http' ? '' : 'wrong '}${THINGS[via]}`
      return sentences(`Locked out a client${from} for a minute${where}: ${many}`)
    }
    case 'revoked':
      return sentences(
        `The host${from} revoked ${tokens.length === 1 ? 'the link' : 'the links'} ${ids}${where}`,
      )
    case 'rotated':
      return sentences(`The host${from} revoked all links${where}`)
    case 'admin':
      return sentences(`${describeAction(event)}${from && `, by a request${from}`}`)
  }
}

/** The log line of an event: a sentence, and the same as fields for JSON. */
export function auditLine(event: AuditEvent): [level: Level, text: string, details: object] {
  const { kind, address, session, suppressed, ...rest } = event
  const more = suppressed === undefined ? '' : ` ${suppressed} more like it in the last minute.`
  const level = WARNINGS.has(kind) ? 'warn' : 'info'
  const text = `Audit: ${describe(event)}${more}`
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
