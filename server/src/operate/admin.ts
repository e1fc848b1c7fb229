import type { Position } from '@vue-sync/vue/protocol'
import type { Backplane, ListedViewer } from '../core/shared/backplane.ts'
import { listLocalViewers } from '../core/shared/listed-viewers.ts'
import type { Relay } from '../core/relay.ts'
import type { Session } from '../core/session/session.ts'

/** A session as the operator sees it. */
export interface AdminSession extends Partial<Position> {
  name: string
  /** Whether it is open on this node. Of other sessions this node knows only the name. */
  open: boolean
  /** The title that the host gave it. */
  title?: string
  host?: 'online' | 'offline'
  /** Milliseconds since 1970. */
  hostSince?: number
  /** Viewers on this node, and on all nodes. */
  viewers?: { here: number; all: number }
  retainedBytes?: number
}

export interface AdminSessionDetails extends Omit<AdminSession, 'viewers'> {
  viewers: ListedViewer[]
}

export interface AdminOptions {
  relay: Relay
  backplane: Backplane | undefined
}

export interface Admin {
  /** @throws Error when other nodes cannot be reached, or do not list their sessions */
  list: () => Promise<AdminSession[]>
  /** Resolves to `undefined` if there is no such session. @throws Error as `list` */
  find: (name: string) => Promise<AdminSessionDetails | undefined>
  /**
   * Closes the session on all nodes and deletes its state. Resolves to `false` if there is none.
   *
   * @throws Error when other nodes cannot be reached
   */
  end: (name: string) => Promise<boolean>
  /** Closes a viewer, on any node. Resolves to `false` if there is none. */
  kick: (name: string, viewer: string) => Promise<boolean>
}

/** The id of this node when there are no others. */
const ALONE = 'here'
/** How long to wait for the viewer lists of other nodes. */
const LIST_TIMEOUT_MS = 1000
/** How long other nodes may take to announce themselves after this node has opened a session. */
const PRESENCE_MS = 250

function summary(name: string, session: Session): AdminSession {
  const { info, hostSince, viewerCount, totalViewerCount, retainedBytes, head } = session
  return {
    name,
    open: true,
    ...(info.name !== undefined && { title: info.name }),
    host: hostSince === undefined ? 'offline' : 'online',
    ...(hostSince !== undefined && { hostSince }),
    viewers: { here: viewerCount, all: totalViewerCount },
    retainedBytes,
    ...head,
  }
}

/** What the operator can see and do through `/admin`. */
export function createAdmin({ relay, backplane }: AdminOptions): Admin {
  const { sessions } = relay
  const node = backplane?.id ?? ALONE
  /** Sessions that this node has just opened, until other nodes have had time to announce themselves. */
  const opening = new Map<string, Promise<void>>()

  /** Names of sessions that other nodes may have. */
  async function namesElsewhere(): Promise<string[]> {
    return (await backplane?.sessions()) ?? []
  }

  async function exists(name: string): Promise<boolean> {
    return sessions.find(name) !== undefined || (await namesElsewhere()).includes(name)
  }

  /** Opens a session on this node, to inspect it. */
  async function openHere(name: string): Promise<void> {
    try {
      await relay.whenReady(name)
      await new Promise((resolve) => setTimeout(resolve, PRESENCE_MS))
    } finally {
      opening.delete(name)
    }
  }

  /** Calls `act` with a session from this or another node, which stays open here meanwhile. */
  async function withSession<T>(
    name: string,
    act: (session: Session) => Promise<T>,
  ): Promise<T | undefined> {
    const release = sessions.hold(name)
    try {
      if (!sessions.find(name)) {
        if (!(await exists(name))) return undefined
        if (!opening.has(name)) opening.set(name, openHere(name))
      }
      await opening.get(name)
      const session = sessions.find(name)
      return session && (await act(session))
    } finally {
      release()
    }
  }

  async function viewersOf(name: string, session: Session): Promise<ListedViewer[]> {
    const shared = sessions.shared(name)
    return shared ? shared.listViewers(LIST_TIMEOUT_MS) : listLocalViewers(session, node)
  }

  return {
    async list() {
      const here = [...sessions.entries()].map(([name, session]) => summary(name, session))
      const elsewhere = (await namesElsewhere()).filter((name) => !sessions.find(name))
      return [...here, ...elsewhere.map((name) => ({ name, open: false }))]
    },
    find: (name) =>
      withSession(name, async (session) => ({
        ...summary(name, session),
        viewers: await viewersOf(name, session),
      })),
    async end(name) {
      if (!(await exists(name))) return false
      await relay.end(name)
      return true
    },
    async kick(name, viewer) {
      const isKicked = await withSession(name, async (session) => {
        const viewers = await viewersOf(name, session)
        if (!viewers.some(({ id }) => id === viewer)) return false
        const [of, number] = viewer.split('.')
        if (of === node) return session.audience.kick(Number(number))
        sessions.shared(name)?.kick(viewer)
        return true
      })
      return isKicked ?? false
    },
  }
}
