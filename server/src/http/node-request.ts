import type { IncomingMessage } from 'node:http'
import type { H3Event } from 'h3-2'

/** Node's own request, whose socket has the address of the client. */
export function nodeRequestOf(event: H3Event): IncomingMessage {
  return event.runtime!.node!.req as IncomingMessage
}
