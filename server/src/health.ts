import type { IncomingMessage, ServerResponse } from 'node:http'

/** For whoever starts and watches the relay: answers over plain http too. `false` for any other request. */
export function answerHealth(
  { method, url }: IncomingMessage,
  response: ServerResponse,
  isClosing: boolean,
): boolean {
  const path = url?.split('?')[0]
  if ((method !== 'GET' && method !== 'HEAD') || (path !== '/healthz' && path !== '/readyz'))
    return false
  const isReady = path === '/healthz' || !isClosing
  answerText(response, isReady ? 200 : 503, isReady ? 'ok' : 'stopping')
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
