/** The viewer loads everything from its relay. A link to another relay opens a socket to it. */
const VIEWER_POLICY = [
  "default-src 'none'",
  // The QR decoder is WebAssembly.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  'media-src blob: mediastream:',
  "connect-src 'self' ws: wss:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** For the page shown when there is no viewer app; it has an inline style. */
export const STAND_IN_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** @param isSecure without it, headers are left out that browsers ignore with a console warning on plain http */
export function viewerHeaders(isSecure: boolean): Record<string, string> {
  return {
    'content-security-policy': VIEWER_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(self), screen-wake-lock=(self), fullscreen=(self)',
    ...(isSecure && { 'cross-origin-opener-policy': 'same-origin' }),
  }
}
