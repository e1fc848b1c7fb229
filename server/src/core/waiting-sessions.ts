import { CLOSE } from '@vue-sync/vue/protocol'
import type { Session } from './session/session.ts'
import type { SessionRegistry } from './session-registry.ts'

export interface WaitingSessionsOptions {
  sessions: SessionRegistry
  /** The most sessions that wait at once. */
  most: number
}

/**
 * The sessions that viewers opened and that no host has used yet. A viewer can ask for any name and may come before
 * its host, so these sessions are counted apart: they keep no host out, and no client can fill them alone.
 */
export interface WaitingSessions {
  has: (name: string) => boolean
  count: () => number
  /**
   * Adds a session for a client. When too many wait, the client that opened the most loses its oldest one, whose
   * viewers are closed and try again. Returns `false` when this client itself has too many.
   */
  add: (name: string, client: string) => boolean
  /** The session has a host now. */
  delete: (name: string) => void
}

/** The part of all waiting sessions that one client may have opened. */
const SHARE_PER_CLIENT = 0.1
const MIN_PER_CLIENT = 2

function isUnused({ hostSince, hasHost, head, access }: Session): boolean {
  return !hasHost && hostSince === undefined && !head && !access.rules
}

export function createWaitingSessions(options: WaitingSessionsOptions): WaitingSessions {
  const { sessions, most } = options
  const mostPerClient = Math.max(MIN_PER_CLIENT, Math.ceil(most * SHARE_PER_CLIENT))
  /** The client that opened each session. The oldest first. */
  const clients = new Map<string, string>()

  /** Sessions leave this list when they are closed, or when any node has their host or their state. */
  function has(name: string): boolean {
    if (!clients.has(name)) return false
    const session = sessions.find(name)
    if (session && isUnused(session)) return true
    clients.delete(name)
    return false
  }

  function countByClient(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const [name, client] of clients)
      if (has(name)) counts.set(client, (counts.get(client) ?? 0) + 1)
    return counts
  }

  function closeOldestOf(client: string): void {
    for (const [name, openedBy] of clients) {
      if (openedBy !== client) continue
      clients.delete(name)
      sessions.find(name)?.close(CLOSE.busy, 'Too many sessions without a host')
      return sessions.forget(name)
    }
  }

  return {
    has,
    count() {
      for (const name of clients.keys()) has(name)
      return clients.size
    },
    add(name, client) {
      const counts = countByClient()
      const own = counts.get(client) ?? 0
      if (own >= mostPerClient) return false
      if (clients.size >= most) {
        const [heaviest, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))
        if (count <= own + 1) return false
        closeOldestOf(heaviest)
      }
      clients.set(name, client)
      return true
    },
    delete: (name) => void clients.delete(name),
  }
}
