export interface Limits {
  /** Bytes of one message from a host. @default 16777216 */
  hostMessage: number
  /** Bytes of one message from a viewer, which nobody reads. @default 1024 */
  viewerMessage: number
  /** @default 10000 */
  viewersPerSession: number
  /** Viewers of one client address, or of one IPv6 network. @default 1000 */
  viewersPerAddress: number
  /** @default 1000 */
  sessions: number
  /** Bytes kept for viewers to come, of all sessions. @default 268435456 */
  retainedBytes: number
  /** Sockets that one client address may open in a minute. @default 6000 */
  connectionsPerMinute: number
  /** Milliseconds in which a client must have said what it wants. @default 10000 */
  handshakeTime: number
}

export const LIMIT_DEFAULTS: Limits = {
  hostMessage: 16 * 1024 * 1024,
  viewerMessage: 1024,
  viewersPerSession: 10_000,
  viewersPerAddress: 1000,
  sessions: 1000,
  retainedBytes: 256 * 1024 * 1024,
  connectionsPerMinute: 6000,
  handshakeTime: 10_000,
}

export interface LimitFlag {
  flag: string
  env: string
  help: string
}

/** How a terminal says them. */
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
    help: 'viewers of a session (10000)',
  },
  viewersPerAddress: {
    flag: 'max-viewers-per-address',
    env: 'VUE_SYNC_MAX_VIEWERS_PER_ADDRESS',
    help: 'viewers of one client address (1000)',
  },
  sessions: { flag: 'max-sessions', env: 'VUE_SYNC_MAX_SESSIONS', help: 'sessions (1000)' },
  retainedBytes: {
    flag: 'max-retained',
    env: 'VUE_SYNC_MAX_RETAINED',
    help: 'bytes kept in all sessions (268435456)',
  },
  connectionsPerMinute: {
    flag: 'max-connections',
    env: 'VUE_SYNC_MAX_CONNECTIONS',
    help: 'sockets in a minute of one client address (6000)',
  },
  handshakeTime: {
    flag: 'handshake-time',
    env: 'VUE_SYNC_HANDSHAKE_TIME',
    help: 'milliseconds to say what one wants (10000)',
  },
}

/** Too small, and nobody could connect. */
export const LEAST: Limits = {
  hostMessage: 1024,
  viewerMessage: 128,
  viewersPerSession: 1,
  viewersPerAddress: 1,
  sessions: 1,
  retainedBytes: 1024,
  connectionsPerMinute: 1,
  handshakeTime: 100,
}

const TOLD_EVERY_MS = 60_000

/** Warns of each kind at most once a minute: who refuses a storm must not write one. */
export function createTeller(
  warn: (text: string) => void,
  now: () => number = Date.now,
): (kind: string, text: string) => void {
  const told = new Map<string, number>()
  return (kind, text) => {
    const last = told.get(kind)
    if (last !== undefined && now() - last < TOLD_EVERY_MS) return
    told.set(kind, now())
    warn(text)
  }
}
