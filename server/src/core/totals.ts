import type { Relay } from './relay.ts'

/** The main figures of a relay. */
export interface Totals {
  /** Names of the sessions that are open on this node. */
  sessions: string[]
  viewers: number
  /** Messages sent to viewers so far. */
  messages: number
  /** Bytes of these messages. */
  bytes: number
}

export function totalsOf({ sessions, stats, viewerCount }: Relay): Totals {
  return {
    sessions: [...sessions.entries()].map(([name]) => name),
    viewers: viewerCount(),
    messages: stats.messagesOut,
    bytes: stats.bytesOut,
  }
}
