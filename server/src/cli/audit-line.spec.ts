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
      code: 4403,
      reason: 'This link was withdrawn',
    },
    'Audit: Refused a viewer from 192.0.2.1 in session show: This link was withdrawn (link press). To fix it, scan the current code or open the current link.',
  ],
  [
    // Sandboxed frames and `data:` pages of any site have this origin.
    {
      kind: 'refused',
      via: 'socket',
      address,
      role: 'viewer',
      code: 4405,
      origin: 'null',
      reason: 'Not allowed',
    },
    'Audit: Refused a viewer from 192.0.2.1: Not allowed (null).',
  ],
  [
    { kind: 'refused', via: 'admin', address, reason: 'The key is wrong' },
    'Audit: Refused /admin from 192.0.2.1: The key is wrong. To fix it, send the host key.',
  ],
  [
    {
      kind: 'refused',
      via: 'socket',
      address,
      role: 'host',
      session: 'show',
      code: 4401,
      reason: 'The host key is wrong',
    },
    'Audit: Refused a host from 192.0.2.1 in session show: The host key is wrong. To fix it, give the host the key that the relay shows at its start (--host-key).',
  ],
  [
    {
      kind: 'refused',
      via: 'socket',
      address,
      role: 'host',
      code: 4405,
      origin: 'http://192.0.2.9:5173',
      reason: 'Pages of this origin may not use this relay',
    },
    'Audit: Refused a host from 192.0.2.1: Pages of this origin may not use this relay (http://192.0.2.9:5173). If you trust that page, start the relay with --allow-origin http://192.0.2.9:5173.',
  ],
  [
    {
      kind: 'refused',
      via: 'socket',
      address,
      role: 'viewer',
      code: 4401,
      reason: 'The key in the link is wrong',
    },
    'Audit: Refused a viewer from 192.0.2.1: The key in the link is wrong. To fix it, scan the current code or open the current link.',
  ],
  [
    {
      kind: 'refused',
      via: 'socket',
      address,
      role: 'host',
      code: 4400,
      reason: 'This version is not known',
    },
    'Audit: Refused a host from 192.0.2.1: This version is not known. To fix it, use the same version of vue-sync on both sides.',
  ],
  [
    { kind: 'refused', via: 'socket', address, role: 'host', code: 4404, reason: 'No session' },
    'Audit: Refused a host from 192.0.2.1: No session.',
  ],
  [
    { kind: 'refused', via: 'pair', address, reason: 'The code is wrong' },
    'Audit: Refused a code from 192.0.2.1: The code is wrong. To fix it, type the code that the relay and the host show now.',
  ],
  [
    { kind: 'refused', via: 'metrics', address, reason: 'The key is wrong' },
    'Audit: Refused /metrics from 192.0.2.1: The key is wrong. To fix it, send the key of --metrics-key.',
  ],
  [
    { kind: 'refused', via: 'admin', suppressed: 2 },
    'Audit: Refused /admin: several reasons. 2 more like it in the last minute.',
  ],
  [
    { kind: 'rotated', via: 'socket', address, session: 'show' },
    'Audit: The host from 192.0.2.1 revoked all links in session show.',
  ],
  [
    { kind: 'replaced', via: 'socket', address, role: 'host', session: 'show' },
    'Audit: Another host from 192.0.2.1 took over session show, and the earlier one was closed. To run both, give each its own session.',
  ],
  [
    { kind: 'replaced', via: 'socket', role: 'host', session: 'show', elsewhere: true },
    'Audit: A host on another node took over session show, and the one on this node was closed. To run both, give each its own session.',
  ],
  [
    { kind: 'refused', via: 'socket', suppressed: 7 },
    'Audit: Refused a socket: several reasons. 7 more like it in the last minute.',
  ],
  [
    { kind: 'locked_out', via: 'pair', address },
    'Audit: Locked out a client from 192.0.2.1 for a minute: too many wrong codes.',
  ],
  [
    { kind: 'locked_out', via: 'socket', address },
    'Audit: Locked out a client from 192.0.2.1 for a minute: too many sockets.',
  ],
  [
    { kind: 'revoked', via: 'socket', session: 'show', tokens: Array(12).fill('a') },
    'Audit: The host revoked the links a, a, a, a, a, a, a, a, a, a and 2 more in session show.',
  ],
  [
    { kind: 'admin', via: 'admin', action: 'end_session', session: 'show', status: 503 },
    'Audit: The operator could not end session show (answer 503).',
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
    'Audit: The operator disconnected viewer n.1 of session show.',
  ],
])('an event becomes a sentence: %j', (event, text) => {
  expect(auditLine(event)[1]).toBe(text)
})

const FORGED = '\n[vue-sync] Audit: The operator\u001B[2J'

it.each<[string, AuditEvent]>([
  ['an address', { kind: 'locked_out', via: 'pair', address: `1.2.3.4${FORGED}` }],
  [
    'an origin',
    { kind: 'refused', via: 'socket', role: 'host', code: 4405, origin: `http://a${FORGED}` },
  ],
  [
    'a viewer',
    { kind: 'admin', via: 'admin', action: 'disconnect_viewer', session: 's', viewer: FORGED },
  ],
])('%s from the network cannot forge a line', (_, event) => {
  const [, text, details] = auditLine(event)
  for (const part of ['\n', '\u001B', '[vue-sync] Audit'])
    expect(`${text}${Object.values(details).join(' ')}`).not.toContain(part)
})
