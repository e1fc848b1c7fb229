import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { nameOf } from '../guard/hosts-and-origins.ts'

/** The viewer loads everything from its relay. A link to another relay opens a socket to it, or uses its HTTP endpoints. */
const VIEWER_POLICY = [
  "default-src 'none'",
  // The QR decoder is WebAssembly.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  'media-src blob: mediastream:',
  "connect-src 'self' ws: wss: http: https:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** For the page shown when there is no viewer app; it has an inline style. */
export const STAND_IN_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * @param isSecure without it, headers are left out that browsers ignore with a console warning on plain http
 * @param frameAncestors sources of pages that may show the viewer in a frame
 */
export function viewerHeaders(
  isSecure: boolean,
  frameAncestors: readonly string[] = [],
): Record<string, string> {
  const ancestors = frameAncestors.length > 0 ? frameAncestors.join(' ') : "'none'"
  return {
    'content-security-policy': `${VIEWER_POLICY}; frame-ancestors ${ancestors}`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(self), screen-wake-lock=(self), fullscreen=(self)',
    ...(isSecure && { 'cross-origin-opener-policy': 'same-origin' }),
  }
}

/** Seconds for which a browser uses https only. */
const STRICT_SECONDS = 30 * 24 * 60 * 60

/**
 * Makes browsers refuse plain http for this name, so that nobody can answer there in the relay's place. The rule holds
 * for all ports, so a developer's `localhost` must not get it. Browsers ignore it for addresses, and on plain http.
 */
export function strictTransport({ headers, socket }: IncomingMessage): Record<string, string> {
  const name = nameOf(headers.host)
  if (!('encrypted' in socket) || isIP(name) > 0 || /(?:^|\.)localhost$/.test(name)) return {}
  return { 'strict-transport-security': `max-age=${STRICT_SECONDS}` }
}
