import { randomId } from '@vue-sync/vue/protocol'
import type { Backplane, ListedViewer, Notice } from './backplane.ts'
import { listLocalViewers } from './listed-viewers.ts'
import type { Session } from '../session/session.ts'
import type { RemotePresence } from '../session/session-presence.ts'

export interface NodePresenceOptions {
  session: Session
  backplane: Pick<Backplane, 'id' | 'interval'>
  notify: (notice: Notice) => void
  /** Milliseconds. Only differences are used. */
  now: () => number
}

/** Exchanges with the other nodes of a session which node has the host, and how many viewers each has. */
export interface NodePresence {
  /** Sends the other nodes the host and the viewer counts of this node. */
  announce: () => void
  /** Announces small changes of the viewer count together, and a large one at once. */
  announceSoon: () => void
  /** Applies a notice of another node. Returns `false` for a notice of another kind. */
  receive: (notice: Notice, from: string) => boolean
  /** The host is now on the given node, and on no other one. */
  setHostNode: (node: string) => void
  /** Resolves when another node has announced the host, or was given the time to. */
  whenHostKnown: () => Promise<void>
  /** Drops nodes that have been silent for too long, and updates the session. */
  refresh: () => void
  /** The viewers on all nodes that answer within `timeout` milliseconds. */
  listViewers: (timeout: number) => Promise<ListedViewer[]>
  stop: () => void
}

/** The last announcement of another node. */
interface KnownNode {
  /** When it arrived. */
  at: number
  viewers: number
  tokens: Record<string, number>
  hostSince: number | undefined
  behind?: boolean | undefined
}

/** A node that is silent for this many intervals counts as gone. */
const MISSED_INTERVALS = 3
/** Between two announcements of the viewer count. */
const ANNOUNCE_MS = 50
/**
 * A count that has changed by more than this part is announced at once, because the other nodes admit viewers up to
 * the limit of the session meanwhile.
 */
const PROMPT_PART = 0.05
/** After this time, all other nodes have announced themselves to a new one. */
const NEW_MS = 1000
/**
 * How long the first viewer on a node waits for the host's announcement. Healthy nodes answer in a few ms. After
 * 150 ms, viewers on an overloaded machine were shown that the host was offline while it was not.
 */
const HOST_ANSWER_MS = 500

export function createNodePresence(options: NodePresenceOptions): NodePresence {
  const { session, backplane, notify, now } = options
  const began = now()
  const nodes = new Map<string, KnownNode>()
  /** Open requests for lists of viewers. */
  const requests = new Map<string, (viewers: ListedViewer[]) => void>()
  let announcedViewers = 0
  let announceTimer: ReturnType<typeof setTimeout> | undefined
  let onHostKnown: (() => void) | undefined

  function announce(): void {
    clearTimeout(announceTimer)
    announceTimer = undefined
    announcedViewers = session.viewerCount
    notify({
      type: 'here',
      viewers: session.viewerCount,
      tokens: Object.fromEntries(session.audience.countByToken()),
      hostSince: session.hasHost ? session.hostSince : undefined,
      ...(session.isHostBehind && { behind: true }),
    })
  }

  function refresh(): void {
    const oldest = now() - backplane.interval * MISSED_INTERVALS
    const tokens = new Map<string, number>()
    const remote: RemotePresence = { viewers: 0, tokens, hostSince: undefined, isBehind: false }
    for (const [id, node] of nodes) {
      if (node.at < oldest) {
        nodes.delete(id)
        continue
      }
      remote.viewers += node.viewers
      for (const [token, viewers] of Object.entries(node.tokens))
        tokens.set(token, (tokens.get(token) ?? 0) + viewers)
      if (node.hostSince !== undefined) remote.isBehind ||= node.behind === true
      remote.hostSince ??= node.hostSince
    }
    session.setRemotePresence(remote)
    if (remote.hostSince !== undefined) onHostKnown?.()
  }

  return {
    announce,
    announceSoon() {
      const change = Math.abs(session.viewerCount - announcedViewers)
      if (change >= 1 + announcedViewers * PROMPT_PART) return announce()
      announceTimer ??= setTimeout(announce, ANNOUNCE_MS)
    },
    receive(notice, from) {
      switch (notice.type) {
        case 'here':
          nodes.set(from, { hostSince: undefined, ...notice, at: now() })
          refresh()
          return true
        case 'gone':
          nodes.delete(from)
          refresh()
          return true
        case 'who':
          announce()
          return true
        case 'list': {
          const viewers = listLocalViewers(session, backplane.id)
          notify({ type: 'listed', ask: notice.ask, viewers })
          return true
        }
        case 'listed':
          requests.get(notice.ask)?.(notice.viewers)
          return true
        default:
          return false
      }
    },
    setHostNode(id) {
      const known = nodes.get(id) ?? { viewers: 0, tokens: {} }
      for (const node of nodes.values()) node.hostSince = undefined
      nodes.set(id, { ...known, at: now(), hostSince: Date.now() })
      refresh()
    },
    whenHostKnown() {
      if (session.hostSince !== undefined) return Promise.resolve()
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, HOST_ANSWER_MS)
        onHostKnown = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
    refresh,
    async listViewers(timeout) {
      const found = listLocalViewers(session, backplane.id)
      // A new node does not know yet how many answers to wait for.
      const isNew = now() - began < NEW_MS
      let missing = isNew ? Number.POSITIVE_INFINITY : nodes.size
      if (missing === 0) return found
      const ask = randomId()
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeout)
        requests.set(ask, (viewers) => {
          found.push(...viewers)
          if (--missing > 0) return
          clearTimeout(timer)
          resolve()
        })
        notify({ type: 'list', ask })
      })
      requests.delete(ask)
      return found
    },
    stop() {
      clearTimeout(announceTimer)
      notify({ type: 'gone' })
    },
  }
}
