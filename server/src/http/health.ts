import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * - `ready`: the relay accepts clients.
 * - `degraded`: the other nodes cannot be reached. The relay still serves its clients, so the answer stays 200 and a
 *   load balancer keeps it.
 * - `stopping`: the relay accepts nobody any more.
 */
export type Readiness = 'ready' | 'degraded' | 'stopping'

/** Answers `/healthz` and `/readyz`, over plain http too. Returns `false` for any other request. */
export function answerHealth(
  { method, url }: IncomingMessage,
  response: ServerResponse,
  readiness: Readiness,
): boolean {
  const path = url?.split('?')[0]
  if ((method !== 'GET' && method !== 'HEAD') || (path !== '/healthz' && path !== '/readyz'))
    return false
  if (path === '/healthz' || readiness === 'ready') answerText(response, 200, 'ok')
  else answerText(response, readiness === 'stopping' ? 503 : 200, readiness)
  return true
}

export function answerText(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(text)
}
