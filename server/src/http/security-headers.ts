/** The viewer loads everything from its relay and may follow a link to another one, by sockets alone. */
const VIEWER_POLICY = [
  "default-src 'none'",
  // The decoder of codes is WebAssembly.
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

/** The page that stands in for a viewer has its style in itself, and nothing else. */
export const STAND_IN_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** @param isSecure what is ignored elsewhere is not sent there: browsers complain of it */
export function viewerHeaders(isSecure: boolean): Record<string, string> {
  return {
    'content-security-policy': VIEWER_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(self), screen-wake-lock=(self), fullscreen=(self)',
    ...(isSecure && { 'cross-origin-opener-policy': 'same-origin' }),
  }
}
