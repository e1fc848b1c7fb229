import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import {
  formatLink,
  formatSocketUrl,
  type Offer,
  type Position,
  readOffer,
  readPosition,
} from '@vue-sync/vue/protocol'
import { eventually } from '../core/expectations.ts'
import type { ProgramAddress } from './program.ts'

/** One connection of the tested program to the relay of the kit. */
export interface ScriptedConnection {
  socket: WebSocket
  /** The path with the query, as the program sent it. */
  target: string
  /** The header with the subprotocols, as the program sent it. */
  offered: string
  offer: Offer
  /** The position in the query. */
  position: Position | undefined
  query: URLSearchParams
  /** When it opened, in milliseconds. */
  openedAt: number
  /** All that the program has sent: text, or bytes. */
  received: (string | Buffer)[]
  readonly isOpen: boolean
  /** Sends a text or bytes as they are, and anything else as JSON. */
  send: (message: unknown) => void
  /** Sends a close frame. */
  close: (code: number, reason?: string) => void
  /** Ends the connection without a close frame. */
  cut: () => void
}

/** A relay that does only what a test tells it to. */
export interface ScriptedRelay {
  address: ProgramAddress
  /** All connections so far, the first one first. */
  connections: readonly ScriptedConnection[]
  /** Called for each new connection. @default none */
  onConnection: (connection: ScriptedConnection) => void
  /** Resolves with a connection by its index, also if it has closed again. @throws Unmet */
  connection: (index: number, expected: string, patience: number) => Promise<ScriptedConnection>
  stop: () => Promise<void>
}

const SESSION = 'conformance'
const KEY = 'key of the kit+/é'

export interface ScriptedRelayOptions {
  /** Secret and public key of an encrypted session. @default none */
  encryption?: { secret: string; signer: string }
  /** The session. @default 'conformance' */
  session?: string
}

function accept(socket: WebSocket, target: string, offered: string): ScriptedConnection {
  const query = new URL(target, 'ws://localhost').searchParams
  const received: (string | Buffer)[] = []
  let isOpen = true
  socket.on('message', (data: Buffer, isBinary) => received.push(isBinary ? data : String(data)))
  socket.on('close', () => (isOpen = false))
  socket.on('error', () => {})
  return {
    socket,
    target,
    offered,
    offer: readOffer(offered),
    position: readPosition(query),
    query,
    openedAt: Date.now(),
    received,
    get isOpen() {
      return isOpen
    },
    send(message) {
      const isRaw = typeof message === 'string' || message instanceof Uint8Array
      socket.send(isRaw ? message : JSON.stringify(message))
    },
    close: (code, reason = 'A test of the conformance kit') => socket.close(code, reason),
    cut: () => socket.terminate(),
  }
}

/** Starts a relay on a free port of this computer. */
export async function openScriptedRelay(
  options: ScriptedRelayOptions = {},
): Promise<ScriptedRelay> {
  const { encryption, session = SESSION } = options
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    maxPayload: 0,
    perMessageDeflate: false,
    handleProtocols: (offers) =>
      [...offers].find((offer) => offer.startsWith('vue-sync.')) ?? false,
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const relay = `ws://127.0.0.1:${port}`
  const connections: ScriptedConnection[] = []
  const scripted: ScriptedRelay = {
    address: {
      link: formatLink({ relay, session, key: KEY, ...encryption }),
      url: formatSocketUrl({ relay, session }),
      key: KEY,
    },
    connections,
    onConnection: () => {},
    async connection(index, expected, patience) {
      await eventually(() => connections.length > index, {
        expected,
        seen: () => `${connections.length} connections`,
        patience,
      })
      return connections[index]!
    },
    async stop() {
      for (const { socket } of connections) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  server.on('connection', (socket, request) => {
    const connection = accept(
      socket,
      request.url ?? '/',
      request.headers['sec-websocket-protocol'] ?? '',
    )
    connections.push(connection)
    scripted.onConnection(connection)
  })
  return scripted
}

/** What every address of the kit has. */
export const SCRIPTED = { session: SESSION, key: KEY }
