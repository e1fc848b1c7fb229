import type { IncomingMessage, ServerResponse } from 'node:http'
import { hostOf, isWithinMachine } from '@vue-sync/server'
import { isForKeys } from './keys.ts'
import { FOREIGN_MODULE, REFUSED_MODULE, RELAY_MODULE } from './virtual-modules.ts'

type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

export interface PageGuardOptions {
  publishFrom: 'machine' | 'network'
  /** Origins of pages that may publish although another server serves them. */
  allowedOrigins: readonly string[]
  /** The source of the module that contains the host key. */
  relayModule: () => Promise<string>
}

/** A server in between may decode a path once more. */
const DECODINGS = 3

/** The path as any server may read it. `decodeURIComponent` would refuse a path with one escape that is wrong. */
function decodedPath(url: string): string {
  let path = url
  for (let round = 0; round < DECODINGS; round++)
    path = path.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    )
  return path
}

/**
 * Whether a page of this server asks. Vite lets pages of other localhost ports read every module, and with
 * `server.cors` those of any site.
 */
function isOwnPage(request: IncomingMessage, allowedOrigins: readonly string[]): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && allowedOrigins.includes(origin)) return true
  // Browsers send it to secure addresses and to localhost only.
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return origin === undefined || origin.split('//')[1] === hostOf(request)
}

/**
 * Serves the module with the host key, but not to pages that were opened on another device, because everybody in the
 * network could publish with it, nor to pages of another server. Vite never has that module, so its plugins cannot show
 * it. The file of the keys is served to nobody.
 */
export function createPageGuard(options: PageGuardOptions): Handler {
  const { publishFrom, allowedOrigins, relayModule } = options

  async function sourceFor(request: IncomingMessage): Promise<string> {
    if (!isOwnPage(request, allowedOrigins)) return FOREIGN_MODULE
    if (publishFrom === 'machine' && !isWithinMachine(request)) return REFUSED_MODULE
    return relayModule()
  }

  return (request, response, next) => {
    const path = decodedPath(request.url ?? '')
    if (isForKeys(path)) {
      response.writeHead(403, { 'content-type': 'text/plain' })
      return void response.end('Forbidden\n')
    }
    if (!path.includes(RELAY_MODULE)) return next()
    sourceFor(request).then((source) => {
      // Without this header, an allowed page of another server could not load it.
      const { origin } = request.headers
      const isListed = origin !== undefined && allowedOrigins.includes(origin)
      response.writeHead(200, {
        'content-type': 'text/javascript',
        'cache-control': 'no-store',
        vary: 'origin',
        ...(isListed && { 'access-control-allow-origin': origin }),
      })
      response.end(source)
    }, next)
  }
}
