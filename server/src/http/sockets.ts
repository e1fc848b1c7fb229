import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import nodeAdapter from 'crossws/adapters/node'
import { readOffer } from '@vue-sync/vue/protocol'
import { createGate, type GateOptions } from '../guard/socket-gate.ts'
import type { Limits } from '../core/limits.ts'
import { UpgradeRequest } from '../guard/upgrade-request.ts'

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
    nodeAdapter({ hooks: gate.hooks, serverOptions: { maxPayload } })
  const hosts = open(hostMessage)
  const viewers = open(viewerMessage)
  return {
    onUpgrade(request, socket, head) {
      const { role } = readOffer(request.headers['sec-websocket-protocol'])
      const adapter = role === 'host' ? hosts : viewers
      const upgrade = new UpgradeRequest(request, gate.contextOf(request))
      void adapter.handleUpgrade(request, socket, head, upgrade as unknown as Request)
    },
    terminate() {
      for (const adapter of [hosts, viewers]) adapter.closeAll(undefined, undefined, true)
    },
    async close() {
      await Promise.all([hosts.close(), viewers.close()])
    },
  }
}
