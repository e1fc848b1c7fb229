import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createHttpLog } from '../core/http-log/http-log.ts'
import { readLogTarget } from '../core/http-log/log-target.ts'
import { WAIT_MS } from '../core/http-log/poll.ts'
import type { Gate } from '../guard/socket-gate.ts'
import type { Clients } from '../guard/clients.ts'
import { headersOf } from '../guard/upgrade-request.ts'
import { STALL_MS } from './listener.ts'
import { createNodeReply } from './node-reply.ts'

export interface NodeLogOptions {
  gate: Gate
  clients: Clients
  /** The base path. */
  base: string
  /** Whether everybody may read the state, so that caches may keep it. */
  isPublic: boolean
  /** Called with the connection of a viewer whose key is right. */
  onAdmitted: (socket: Socket) => void
}

/** Answers viewers over HTTP on Node. Their requests have a target below the base. */
export function createNodeLog(
  options: NodeLogOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { gate, clients, base, isPublic, onAdmitted } = options
  const log = createHttpLog({ hooks: gate.hooks, base, isPublic })

  return (request, response) => {
    // First, because most requests are for other paths.
    const target = readLogTarget(request.url ?? '')
    if (!target) return false
    log.answer(
      target,
      {
        method: request.method ?? 'GET',
        headers: { get: (name) => request.headers[name]?.toString() ?? null },
        allHeaders: () => headersOf(request),
        address: clients.addressOf(request),
        allowedOrigin: gate.allowedOrigin(request),
        isFlooding: () => gate.isFlooding(request),
        contextOf: (isContinued) => gate.contextOf(request, undefined, { isContinued }),
        onAdmitted() {
          onAdmitted(request.socket)
          request.socket.setTimeout(WAIT_MS + STALL_MS)
        },
      },
      createNodeReply(response),
    )
    return true
  }
}
