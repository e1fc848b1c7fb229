import type { Socket } from 'node:net'
import { clientOf } from './rate-limit.ts'
import { unmapped } from '../network/private-networks.ts'

/** The parts of a socket used here, for plain TCP and TLS alike. */
export type PendingSocket = Pick<Socket, 'remoteAddress' | 'remotePort' | 'destroy' | 'once'>

interface PendingConnection {
  socket: PendingSocket
  address: string
  /** Requests that were received and not answered completely. */
  requests: number
}

export interface PendingConnectionsOptions {
  /** Connections above which one is closed for each new one. */
  limit: number
  /** Called when a connection was closed to make room, with the address that had the most. */
  onEvict: (address: string) => void
}

/**
 * The connections of clients that were not admitted: browsers that load the viewer, sockets whose key is not checked
 * yet, and refused ones until they are closed. Their number is limited by closing old ones, never by refusing new
 * ones, so that a client with the right key gets in although others hold all the places.
 */
export interface PendingConnections {
  readonly size: number
  /** Counts a new connection until it is closed or admitted. */
  add: (socket: PendingSocket) => void
  /** The client was admitted: its connection no longer counts here. */
  admit: (socket: PendingSocket) => void
  /** Counts a request and returns how many of this connection are unanswered now. */
  beginRequest: (socket: PendingSocket) => number
  endRequest: (socket: PendingSocket) => void
}

/** A TLS socket and the TCP socket below it have the same address and port. */
function keyOf({ remoteAddress, remotePort }: PendingSocket): string {
  return `${remoteAddress} ${remotePort}`
}

export function createPendingConnections(options: PendingConnectionsOptions): PendingConnections {
  const { limit, onEvict } = options
  const connections = new Map<string, PendingConnection>()
  /** By address, each in the order of arrival. */
  const groups = new Map<string, Set<PendingConnection>>()

  function remove(key: string, connection: PendingConnection | undefined): void {
    if (!connection || connections.get(key) !== connection) return
    connections.delete(key)
    const group = groups.get(connection.address)!
    group.delete(connection)
    if (group.size === 0) groups.delete(connection.address)
  }

  /** Closes the oldest connection without a request, or else the oldest, of the address that has the most. */
  function evict(): void {
    let largest: Set<PendingConnection> | undefined
    for (const group of groups.values()) if (group.size > (largest?.size ?? 0)) largest = group
    if (!largest) return
    let victim: PendingConnection | undefined
    for (const connection of largest) {
      victim ??= connection
      if (connection.requests > 0) continue
      victim = connection
      break
    }
    const { socket, address } = victim!
    remove(keyOf(socket), victim)
    socket.destroy()
    onEvict(address)
  }

  return {
    get size() {
      return connections.size
    },
    add(socket) {
      // A connection that was reset already has no address.
      if (socket.remoteAddress === undefined) return
      if (connections.size >= limit) evict()
      const key = keyOf(socket)
      const address = clientOf(unmapped(socket.remoteAddress))
      const connection: PendingConnection = { socket, address, requests: 0 }
      connections.set(key, connection)
      const group = groups.get(address)
      if (group) group.add(connection)
      else groups.set(address, new Set([connection]))
      socket.once('close', () => remove(key, connection))
    },
    admit(socket) {
      const key = keyOf(socket)
      remove(key, connections.get(key))
    },
    beginRequest(socket) {
      const connection = connections.get(keyOf(socket))
      return connection ? ++connection.requests : 1
    },
    endRequest(socket) {
      const connection = connections.get(keyOf(socket))
      if (connection && connection.requests > 0) connection.requests--
    },
  }
}
