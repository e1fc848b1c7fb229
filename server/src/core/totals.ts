import type { Relay } from './relay.ts'

/** What a relay is and did, in few numbers. */
export interface Totals {
  /** Those that are open here. */
  sessions: string[]
  viewers: number
  /** Messages to viewers so far. */
  messages: number
  /** Bytes of them. */
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
