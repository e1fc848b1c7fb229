/** Bounds on what clients can use. */
export interface Limits {
  /** Bytes of one message from a host. @default 16777216 */
  hostMessage: number
  /** Bytes of one message from a viewer. Viewers' messages are ignored. @default 1024 */
  viewerMessage: number
  /** Viewers of one session, on all nodes. @default 10000 */
  viewersPerSession: number
  /** Viewers of one client address, on all nodes; an IPv6 network counts as one address. @default 2500 */
  viewersPerAddress: number
  /**
   * Open sessions. Those in which viewers only wait for a host do not count: there may be as many again, a tenth of
   * them from one client address. @default 1000
   */
  sessions: number
  /** Bytes of retained state, names and access rules in all sessions. @default 268435456 */
  retainedBytes: number
  /** Sockets that one client address may open per minute, on all nodes. @default 6000 */
  connectionsPerMinute: number
  /** Connections of clients that are not admitted. For each one above it, an old one is closed. @default 2000 */
  pendingConnections: number
  /** Milliseconds that a client has to send its request and complete the handshake. @default 10000 */
  handshakeTime: number
}

export const LIMIT_DEFAULTS: Limits = {
  hostMessage: 16 * 1024 * 1024,
  viewerMessage: 1024,
  viewersPerSession: 10_000,
  viewersPerAddress: 2500,
  sessions: 1000,
  retainedBytes: 256 * 1024 * 1024,
  connectionsPerMinute: 6000,
  pendingConnections: 2000,
  handshakeTime: 10_000,
}

export interface LimitFlag {
  flag: string
  env: string
  help: string
}

/** The flag, the environment variable and the help text of each limit. */
export const LIMIT_FLAGS: Record<keyof Limits, LimitFlag> = {
  hostMessage: {
    flag: 'max-host-message',
    env: 'VUE_SYNC_MAX_HOST_MESSAGE',
    help: 'bytes of one message from a host (16777216)',
  },
  viewerMessage: {
    flag: 'max-viewer-message',
    env: 'VUE_SYNC_MAX_VIEWER_MESSAGE',
    help: 'bytes of one message from a viewer (1024)',
  },
  viewersPerSession: {
    flag: 'max-viewers',
    env: 'VUE_SYNC_MAX_VIEWERS',
    help: 'viewers per session (10000)',
  },
  viewersPerAddress: {
    flag: 'max-viewers-per-address',
    env: 'VUE_SYNC_MAX_VIEWERS_PER_ADDRESS',
    help: 'viewers per client address (2500)',
  },
  sessions: { flag: 'max-sessions', env: 'VUE_SYNC_MAX_SESSIONS', help: 'sessions (1000)' },
  retainedBytes: {
    flag: 'max-retained',
    env: 'VUE_SYNC_MAX_RETAINED',
    help: 'bytes of state retained in all sessions (268435456)',
  },
  connectionsPerMinute: {
    flag: 'max-connections',
    env: 'VUE_SYNC_MAX_CONNECTIONS',
    help: 'sockets per minute and client address (6000)',
  },
  pendingConnections: {
    flag: 'max-pending',
    env: 'VUE_SYNC_MAX_PENDING',
    help: 'connections of clients not admitted (2000)',
  },
  handshakeTime: {
    flag: 'handshake-time',
    env: 'VUE_SYNC_HANDSHAKE_TIME',
    help: 'handshake timeout in milliseconds (10000)',
  },
}

/** The lowest values: below them, nobody could connect. */
export const MIN_LIMITS: Limits = {
  hostMessage: 1024,
  viewerMessage: 128,
  viewersPerSession: 1,
  viewersPerAddress: 1,
  sessions: 1,
  retainedBytes: 1024,
  connectionsPerMinute: 1,
  pendingConnections: 8,
  handshakeTime: 100,
}
