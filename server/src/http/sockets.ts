import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import nodeAdapter from 'crossws/adapters/node'
import { readOffer } from '@vue-sync/vue/protocol'
import { createGate, type GateOptions } from '../guard/gate.ts'
import type { Limits } from '../core/limits.ts'
import { UpgradeRequest } from '../guard/upgrade-request.ts'

export interface Sockets {
  onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void
  /** Ends those that are left. */
  terminate: () => void
  close: () => Promise<void>
}

export interface SocketOptions extends GateOptions {
  limits: Limits
}

/** A server of sockets for each role: what is too long is refused before it is held. */
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
