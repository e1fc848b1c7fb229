import { readOffer, TOKEN_PREFIX } from '@vue-sync/vue/protocol'
import { bearerOf } from '../bearer-of.ts'

/** A request of a viewer, besides the endpoint that it is for. */
export interface LogRequest {
  method: string
  headers: { get: (name: string) => string | null }
  /** All headers, for `authorize`. */
  allHeaders: () => Headers
  /** Of the client, if it is known. */
  address: string | undefined
  /** The origin of a page that may read the answer. @default none */
  allowedOrigin: string | undefined
  /**
   * The context with which the hooks receive the connection.
   *
   * @param isContinued whether the viewer had a request before, so that this is no new connection
   */
  contextOf: (isContinued: boolean) => object
  /** Whether the client goes on although it was refused again and again. @default it does not */
  isFlooding?: () => boolean
  /** Called when the viewer is admitted. @default nothing */
  onAdmitted?: () => void
}

const VIEWER_ID = /^[\w-]{16,64}$/
/** How long a browser need not ask again whether it may send the headers. */
const PREFLIGHT_SECONDS = '7200'

/** The key that a viewer sends: as it is, or in the form of a subprotocol, which can carry any text. */
export function keyOf({ headers }: LogRequest): string | undefined {
  const key = bearerOf(headers)
  return key?.startsWith(TOKEN_PREFIX) ? readOffer(key).key : key
}

/** The id of a viewer. It is the viewer's own claim, so it counts only for one address and one session. */
export function viewerIdOf({ headers, address }: LogRequest, session: string): string | undefined {
  const id = headers.get('vue-sync-viewer') ?? ''
  return VIEWER_ID.test(id) ? `${address} ${session} ${id}` : undefined
}

/** The headers of every answer. */
export function commonHeaders({ allowedOrigin }: LogRequest): Record<string, string> {
  return {
    vary: 'Origin',
    'x-content-type-options': 'nosniff',
    // Pages of other origins read it with CORS or not at all.
    'cross-origin-resource-policy': 'same-origin',
    ...(allowedOrigin !== undefined && {
      'access-control-allow-origin': allowedOrigin,
      // By its age, a viewer knows that a status is old.
      'access-control-expose-headers': 'age, etag',
    }),
  }
}

/** The headers of the answer to a preflight request. */
export function preflightHeaders(request: LogRequest): Record<string, string> {
  return {
    ...commonHeaders(request),
    'cache-control': 'no-store',
    ...(request.allowedOrigin !== undefined && {
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'authorization, vue-sync-viewer',
      'access-control-max-age': PREFLIGHT_SECONDS,
    }),
  }
}

/** Whether the client holds what it asks for. */
export function hasEtag({ headers }: LogRequest, etag: string): boolean {
  const known = headers.get('if-none-match') ?? ''
  return known.split(',').some((entry) => entry.trim().replace(/^W\//, '') === etag)
}
