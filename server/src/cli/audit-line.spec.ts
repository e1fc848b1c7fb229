import { expect, it } from 'vitest'
import type { AuditEvent } from '../core/audit.ts'
import { auditLine } from './audit-line.ts'

const address = '192.0.2.1'

it.each<[AuditEvent, string]>([
  [
    {
      kind: 'refused',
      via: 'socket',
      address,
      role: 'viewer',
      session: 'show',
      tokens: ['press'],
      reason: 'This link was withdrawn',
    },
    'Audit: Refused a viewer: This link was withdrawn (link press) in session show from 192.0.2.1',
  ],
  [
    { kind: 'refused', via: 'admin', address, reason: 'The key is wrong' },
    'Audit: Refused /admin: The key is wrong from 192.0.2.1',
  ],
  [
    { kind: 'refused', via: 'socket', suppressed: 7 },
    'Audit: Refused a socket: several reasons; 7 more like it in the last minute',
  ],
  [
    { kind: 'locked_out', via: 'pair', address },
    'Audit: Locked out for a minute: too many wrong codes from 192.0.2.1',
  ],
  [
    { kind: 'locked_out', via: 'socket', address },
    'Audit: Locked out for a minute: too many sockets from 192.0.2.1',
  ],
  [
    { kind: 'revoked', via: 'socket', session: 'show', tokens: Array(12).fill('a') },
    'Audit: The host revoked the links a, a, a, a, a, a, a, a, a, a and 2 more in session show',
  ],
  [
    { kind: 'admin', via: 'admin', action: 'end_session', session: 'show', status: 503 },
    'Audit: The operator could not end session show (answer 503)',
  ],
  [
    {
      kind: 'admin',
      via: 'admin',
      action: 'disconnect_viewer',
      session: 'show',
      viewer: 'n.1',
      status: 204,
    },
    'Audit: The operator disconnected viewer n.1 of session show',
  ],
])('an event becomes a sentence: %j', (event, text) => {
  expect(auditLine(event)[1]).toBe(text)
})

it('what a proxy sends as address cannot forge a line', () => {
  const [, text, details] = auditLine({
    kind: 'locked_out',
    via: 'pair',
    address: `1.2.3.4\n[vue-sync] Audit: The operator\u001B[2J`,
  })
  for (const part of ['\n', '\u001B', '[vue-sync] Audit'])
    expect(`${text}${Object.values(details).join(' ')}`).not.toContain(part)
})
