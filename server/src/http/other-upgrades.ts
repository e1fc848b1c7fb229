import type { IncomingMessage, Server } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'

/** Whether a request asks for a WebSocket, and for nothing else. */
export function isWebSocketUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}

interface ParsingSocket extends Socket {
  /** Node's own parser of requests. */
  parser?: {
    onIncoming?: (request: IncomingMessage & { upgrade: boolean }, keepAlive: boolean) => unknown
  } | null
}

/**
 * Makes a server answer a request that offers another protocol, such as `h2c`, as if it did not (RFC 9110, section
 * 7.8). Node 24.9 has the option `shouldUpgradeCallback` for it. Before, Node takes every offer for a WebSocket as soon
 * as there is a listener for `upgrade`.
 */
export function answerOtherUpgrades(
  server: Server | HttpsServer,
  connected: 'connection' | 'secureConnection',
): void {
  if ('shouldUpgradeCallback' in server) return
  server.on(connected, ({ parser }: ParsingSocket) => {
    const onIncoming = parser?.onIncoming
    if (!parser || !onIncoming) return
    parser.onIncoming = (request, keepAlive) => {
      if (request.upgrade && request.method !== 'CONNECT')
        request.upgrade = isWebSocketUpgrade(request)
      return onIncoming(request, keepAlive)
    }
  })
}
