import { openHttpSocket } from './http-socket.ts'
import type { RequestContext } from './request-frames.ts'
import type { TransportSocket } from './transport-socket.ts'

/** Follows a session by requests that the relay answers when there is something new. */
export function openPoll(
  context: RequestContext,
  url: string,
  protocols: readonly string[],
): TransportSocket {
  return openHttpSocket(context, url, protocols, () => ({
    isOften: true,
    resourceFor(query, isFirst) {
      if (!isFirst) return `log?${query}&live=1`
      return query ? `log?${query}` : 'state'
    },
  }))
}
