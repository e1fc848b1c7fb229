import type { Position } from '@vue-sync/vue/protocol'
import type { Backplane, ListedViewer } from '../core/shared/backplane.ts'
import { listLocalViewers } from '../core/shared/listed-viewers.ts'
import type { Relay } from '../core/relay.ts'
import type { Session } from '../core/session/session.ts'

/** A session as whoever runs the relay sees it. */
export interface AdminSession extends Partial<Position> {
  name: string
  /** Whether it is open on the node that was asked; of others the name is all that it knows. */
  open: boolean
  /** What the host calls it. */
  title?: string
  host?: 'online' | 'offline'
  /** Milliseconds since 1970. */
  hostSince?: number
  /** On the node that was asked, and on all of them. */
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
  list: () => Promise<AdminSession[]>
  /** `undefined` where there is no such session. */
  find: (name: string) => Promise<AdminSessionDetails | undefined>
  /** Closes all of it on all nodes and forgets it. `false` where there is none. @throws when others cannot be reached */
  end: (name: string) => Promise<boolean>
  /** Sends a viewer away, wherever it is. `false` where there is none. */
  kick: (name: string, viewer: string) => Promise<boolean>
}

/** The name of a node that is alone. */
const ALONE = 'here'
/** Other nodes get so long to say whom they have. */
const PATIENCE_MS = 1000
/** And so long to say that they are there, to one that opens a session only to look at it. */
const MEET_MS = 250

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

/** What whoever runs the relay can see and do. */
export function createAdmin({ relay, backplane }: AdminOptions): Admin {
  const { sessions } = relay
  const node = backplane?.id ?? ALONE
  /** Those that were opened a moment ago, and whom nobody may have told of their viewers. */
  const meetings = new Map<string, Promise<void>>()

  /** Names of those that other nodes may have; none while they cannot be reached. */
  async function namesElsewhere(): Promise<string[]> {
    return (await backplane?.sessions().catch(() => [])) ?? []
  }

  async function exists(name: string): Promise<boolean> {
    return sessions.find(name) !== undefined || (await namesElsewhere()).includes(name)
  }

  /** Opens a session here to look at it. */
  async function meet(name: string): Promise<void> {
    try {
      await relay.whenReady(name)
      await new Promise((resolve) => setTimeout(resolve, MEET_MS))
    } finally {
      meetings.delete(name)
    }
  }

  /** A session that is here, or on other nodes: it stays here as long as it is looked at. */
  async function look<T>(
    name: string,
    act: (session: Session) => Promise<T>,
  ): Promise<T | undefined> {
    const release = sessions.hold(name)
    try {
      if (!sessions.find(name)) {
        if (!(await exists(name))) return undefined
        if (!meetings.has(name)) meetings.set(name, meet(name))
      }
      await meetings.get(name)
      const session = sessions.find(name)
      return session && (await act(session))
    } finally {
      release()
    }
  }

  async function viewersOf(name: string, session: Session): Promise<ListedViewer[]> {
    const shared = sessions.shared(name)
    return shared ? shared.listViewers(PATIENCE_MS) : listLocalViewers(session, node)
  }

  return {
    async list() {
      const here = [...sessions.entries()].map(([name, session]) => summary(name, session))
      const elsewhere = (await namesElsewhere()).filter((name) => !sessions.find(name))
      return [...here, ...elsewhere.map((name) => ({ name, open: false }))]
    },
    find: (name) =>
      look(name, async (session) => ({
        ...summary(name, session),
        viewers: await viewersOf(name, session),
      })),
    async end(name) {
      if (!(await exists(name))) return false
      await relay.end(name)
      return true
    },
    async kick(name, viewer) {
      const isKicked = await look(name, async (session) => {
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
