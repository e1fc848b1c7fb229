import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Message, Peer } from 'crossws'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import type { Relay } from '../core/relay.ts'
import type { UpgradeRequest } from '../guard/upgrade-request.ts'
import { LIVENESS_CHECKS } from '../peers/liveness.ts'
import { NodePeer } from '../peers/node-peer.ts'
import { endUpgrade } from './refused-sockets.ts'

export interface NodeAdapterOptions {
  hooks: Relay['hooks']
  /** Called for each ping of a client, which `ws` does not answer without `autoPong`. @default nothing */
  onPing?: (peer: NodePeer, data: Uint8Array) => void
  /** Called before the `drain` hook. @default nothing */
  onDrain?: (peer: NodePeer) => void
  /**
   * Called with what the `upgrade` hook decided, before a WebSocket is opened. Returns whether the client was refused
   * and answered. @default every client gets a WebSocket
   */
  isRefused?: (request: IncomingMessage, socket: Socket, context: object) => boolean
  /** Options of `ws`. */
  serverOptions: Pick<ServerOptions, 'maxPayload' | 'autoPong'> & {
    /** Missing in the types of `ws`. */
    closeTimeout?: number
  }
  /** Called when a message was longer than `maxPayload`, and its client was closed with 1009. @default nothing */
  onTooLong?: () => void
  /** Milliseconds after which a client that sends nothing, not even a pong, is disconnected. @default 30000 */
  idleTimeout?: number
}

/** The error of `ws` for a message above `maxPayload`. */
const TOO_LONG = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'

export interface NodeAdapter {
  /** Answers an upgrade request, at once if the hook decides at once. */
  handleUpgrade: (
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    upgrade: UpgradeRequest,
  ) => void
  /** Closes every connection, with `force` without a close frame. */
  closeAll: (code?: number, reason?: string, force?: boolean) => void
  /** Closes every connection, and ends the check of idle ones. No connection may be opened after that. */
  close: () => Promise<void>
}

/**
 * Calls the relay's hooks for connections to a Node server, as the Node adapter of crossws does. That one costs more
 * than the whole handshake of `ws`: it builds `Headers` and a `URL` for each connection, adds nine listeners and a
 * proxy, and sends the answer to the upgrade request and the first frames in separate writes.
 */
export function createNodeAdapter(options: NodeAdapterOptions): NodeAdapter {
  const { hooks, onPing, idleTimeout = 30_000 } = options
  const peers = new Set<NodePeer>()
  /** The subprotocol to echo. `ws` asks for it while `handleUpgrade` runs, which is synchronous. */
  let protocol: string | undefined
  const server = new WebSocketServer({
    ...options.serverOptions,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => protocol ?? false,
  })
  const timer = setInterval(() => {
    const now = performance.now()
    for (const peer of peers) peer.checkAlive(now, idleTimeout)
  }, idleTimeout / LIVENESS_CHECKS)
  timer.unref()

  function connect(websocket: WebSocket, socket: Socket, context: object): void {
    const nodePeer = new NodePeer(context, websocket, socket)
    // The hooks use no other part of a peer.
    const peer = nodePeer as unknown as Peer
    const onDrain = (): void => {
      options.onDrain?.(nodePeer)
      void hooks.drain(peer)
    }
    peers.add(nodePeer)
    socket.on('drain', onDrain)
    websocket.on('message', (data: Buffer, isBinary) => {
      const rawData = isBinary ? data : data.toString()
      void hooks.message(peer, { rawData } as Message)
    })
    if (onPing) websocket.on('ping', (data) => onPing(nodePeer, data))
    websocket.on('error', (error: Error & { code?: string }) => {
      if (error.code === TOO_LONG) options.onTooLong?.()
      void hooks.error(peer, error)
    })
    websocket.on('close', (code, reason) => {
      peers.delete(nodePeer)
      socket.off('drain', onDrain)
      void hooks.close(peer, { code, reason: reason.toString() })
    })
    void hooks.open(peer)
  }

  function closeAll(code?: number, reason?: string, force = false): void {
    for (const { websocket } of peers) {
      if (force) websocket.terminate()
      else websocket.close(code, reason)
    }
  }

  return {
    handleUpgrade(request, socket, head, upgrade) {
      function answer(result: unknown): void {
        if (result instanceof Response)
          return void result
            .text()
            .then((text) =>
              endUpgrade(socket, `${result.status} ${STATUS_CODES[result.status]}`, text),
            )
        const decision = result as { context?: object; protocol?: string } | undefined
        const context = Object.assign(upgrade.context, decision?.context)
        if (options.isRefused?.(request, socket, context)) return
        protocol = decision?.protocol
        // The answer and the first frames are sent in one write.
        socket.cork()
        server.handleUpgrade(request, socket, head, (websocket) =>
          connect(websocket, socket, context),
        )
        socket.uncork()
      }

      // Without a decision, or after an error in the middle of the handshake, nobody is let in.
      const fail = (): void => void socket.destroy()
      try {
        const result = hooks.upgrade(upgrade as unknown as Request) as unknown
        if (result instanceof Promise) result.then(answer).catch(fail)
        else answer(result)
      } catch {
        fail()
      }
    },
    closeAll,
    async close() {
      clearInterval(timer)
      closeAll()
    },
  }
}
