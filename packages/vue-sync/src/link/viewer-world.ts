import type { BackoffOptions } from '../protocol/index.ts'
import type { LinkWorld } from './link.ts'
import type { Progress } from './part-reader.ts'

/** The connection that carries the frames: a WebSocket, one long answer over HTTP after the other, or short answers (long polling). */
export type Transport = 'socket' | 'stream' | 'poll'

/** Where a viewer remembers which transport worked. `localStorage` is one. */
export type TransportStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** The interface that a WebSocket shares with a connection over another transport. */
export type ViewerConnection = EventTarget & { readonly readyState: number }

/** The parts of its world that a viewer uses besides sockets. */
export interface ViewerWorld extends LinkWorld {
  /** Another implementation of `fetch`, for networks that block WebSockets. @default globalThis.fetch */
  fetch?: typeof fetch
  /**
   * Remembers for a day, for each relay, which transport worked if a WebSocket did not. @default localStorage in
   * browsers, else memory
   */
  storage?: TransportStorage
  /**
   * Receives each connection, for tools that record its `open`, `message` and `close` events. It may be a WebSocket, or
   * stand for one: it goes on when the viewer moves to another transport. @default none
   */
  onConnection?: (connection: ViewerConnection) => void
  /** The waits before a WebSocket is tried again while another transport is in use. @default { first: 60000, max: 600000, factor: 2 } */
  probe?: Partial<BackoffOptions>
}

export interface DialerOptions {
  world: ViewerWorld
  relay: () => string
  /** Gives the address for each dial, with the present position in its query. */
  url: () => string
  onTransport: (transport: Transport) => void
  onProgress: (progress: Progress) => void
}
