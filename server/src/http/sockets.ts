import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { CLOSE, readOffer } from '@vue-sync/vue/protocol'
import { createGate, type Gate, type GateOptions } from '../guard/socket-gate.ts'
import { auditRefusal } from '../core/audit.ts'
import type { Admission } from '../core/connections.ts'
import type { Limits } from '../core/limits.ts'
import type { Refusal } from '../core/session-limits.ts'
import { UpgradeRequest } from '../guard/upgrade-request.ts'
import { createThrottledWarn } from '../core/throttled-warn.ts'
import { createFrameRate } from '../peers/frame-rate.ts'
import { createPongs } from '../peers/node-pongs.ts'
import { createNodeAdapter } from './node-adapter.ts'
import { refuseSocket } from './refused-sockets.ts'

export interface Sockets {
  /** The checks of all connections. */
  readonly gate: Gate
  /** @param refusal why the client is refused in any case */
  onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer, refusal?: Refusal) => void
  /** Ends the sockets that are still open, without a close frame. */
  terminate: () => void
  close: () => Promise<void>
}

export interface SocketOptions extends GateOptions {
  limits: Limits
  /** Called with the socket of a client whose key is right. */
  onAdmitted: (socket: Socket) => void
}

/** How long a client has to answer a close frame. The default of `ws` is 30 s. */
const CLOSE_MS = 1000
/** Bytes that a client may send behind its request. It must wait for the answer before it sends frames. */
const MAX_HEAD = 1024
/** Frames that a viewer may send in ten seconds. Its messages are ignored, but each costs time. */
const VIEWER_FRAMES = { most: 5000, period: 10_000 }

/**
 * Opens one WebSocket server per role, since each has its own limit for a message; longer ones are never buffered.
 * Only admitted clients get a WebSocket: the limit of hosts must not apply to clients that only claim to be one.
 */
export function openSockets(options: SocketOptions): Sockets {
  const { hostMessage, viewerMessage } = options.limits
  const gate = createGate(options)
  const pongs = createPongs()
  const frameRate = createFrameRate(VIEWER_FRAMES)
  const warn = createThrottledWarn(options.warn)

  const open = (maxPayload: number, isNoisy: (peer: object) => boolean, onTooLong = () => {}) =>
    createNodeAdapter({
      hooks: {
        ...gate.hooks,
        message(peer, message) {
          if (isNoisy(peer)) return peer.close(CLOSE.busy, 'Too many messages')
          return gate.hooks.message(peer, message)
        },
      },
      onPing(peer, data) {
        if (isNoisy(peer)) peer.close(CLOSE.busy, 'Too many messages')
        else pongs.answer(peer, data)
      },
      onDrain: pongs.drained,
      onTooLong,
      isRefused(request, socket, context) {
        const { role, refusal } = context as Partial<Admission>
        if (!refusal) {
          if (role !== undefined) options.onAdmitted(socket)
          return false
        }
        options.onRefused?.(refusal.code)
        auditRefusal(options.audit, context, refusal)
        refuseSocket(request, socket, refusal)
        return true
      },
      serverOptions: { maxPayload, closeTimeout: CLOSE_MS, autoPong: false },
    })
  const hosts = open(
    hostMessage,
    () => false,
    () =>
      warn(
        'hostMessage',
        `A host was closed: its message has more than ${hostMessage} bytes (--max-host-message)`,
      ),
  )
  const viewers = open(viewerMessage, (peer) => frameRate.isExceeded(peer))

  return {
    gate,
    onUpgrade(request, socket, head, refusal) {
      if (head.length > MAX_HEAD || gate.isFlooding(request)) return void socket.destroy()
      const offer = readOffer(request.headers['sec-websocket-protocol'])
      const adapter = offer.role === 'host' ? hosts : viewers
      const upgrade = new UpgradeRequest(request, offer, gate.contextOf(request, refusal))
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
