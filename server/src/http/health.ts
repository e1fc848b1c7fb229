import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * - `ready`: all is well.
 * - `degraded`: the other nodes cannot be reached; what is here is served, and a balancer is to go on.
 * - `stopping`: nobody more is let in.
 */
export type Readiness = 'ready' | 'degraded' | 'stopping'

/** For whoever starts and watches the relay: answers over plain http too. `false` for any other request. */
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
