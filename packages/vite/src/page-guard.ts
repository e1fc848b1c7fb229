import type { IncomingMessage, ServerResponse } from 'node:http'
import { isWithinMachine } from '@vue-sync/server'
import { isForKeys } from './keys.ts'
import { REFUSED_MODULE, RELAY_MODULE } from './virtual-modules.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/** The path as Vite may read it, with every escape resolved; `undefined` if that is not possible. */
function decodedPath(url: string): string | undefined {
  try {
    // Twice, in case a proxy or a plugin decodes once more.
    return decodeURIComponent(decodeURIComponent(url))
  } catch {
    return undefined
  }
}

/**
 * Keeps the host key from pages that were not opened on this machine, because everybody in the network could publish
 * with it. The file of the keys is served to nobody.
 */
export function createPageGuard(publishFrom: 'machine' | 'network'): Handler {
  return (request, response, next) => {
    const path = decodedPath(request.url ?? '') ?? request.url ?? ''
    if (isForKeys(path)) {
      response.writeHead(403, { 'content-type': 'text/plain' })
      return void response.end('Forbidden\n')
    }
    const isRefused =
      publishFrom === 'machine' && path.includes(RELAY_MODULE) && !isWithinMachine(request)
    if (!isRefused) return next()
    response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-store' })
    response.end(REFUSED_MODULE)
  }
}
