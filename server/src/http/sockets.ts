import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { readOffer } from '@vue-sync/vue/protocol'
import { createGate, type GateOptions } from '../guard/socket-gate.ts'
import type { Limits } from '../core/limits.ts'
import { UpgradeRequest } from '../guard/upgrade-request.ts'
import { createNodeAdapter } from './node-adapter.ts'

export interface Sockets {
  onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void
  /** Ends the sockets that are still open, without a close frame. */
  terminate: () => void
  close: () => Promise<void>
}

export interface SocketOptions extends GateOptions {
  limits: Limits
}

/** Opens one WebSocket server per role, since each has its own limit for a message; longer ones are never buffered. */
export function openSockets(options: SocketOptions): Sockets {
  const { hostMessage, viewerMessage } = options.limits
  const gate = createGate(options)
  const open = (maxPayload: number) =>
    createNodeAdapter({ hooks: gate.hooks, serverOptions: { maxPayload } })
  const hosts = open(hostMessage)
  const viewers = open(viewerMessage)
  return {
    onUpgrade(request, socket, head) {
      const offer = readOffer(request.headers['sec-websocket-protocol'])
      const adapter = offer.role === 'host' ? hosts : viewers
      const upgrade = new UpgradeRequest(request, offer, gate.contextOf(request))
      adapter.handleUpgrade(request, socket, head, upgrade)
    },
    terminate() {
      for (const adapter of [hosts, viewers]) adapter.closeAll(undefined, undefined, true)
    },
    async close() {
      await Promise.all([hosts.close(), viewers.close()])
    },
  }
}
