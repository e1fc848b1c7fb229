import type { KeptState, SyncAddress } from '@vue-sync/vue/protocol'
import type { ViewerCache, ViewerConnection } from '@vue-sync/vue/viewer'

interface SessionBegins {
  type: 'session'
  at: number
  address: SyncAddress
  kept: KeptState | undefined
}

/** An event of the viewer's connection or session. `at`: milliseconds since 1970. */
export type Received =
  /** The viewer begins to connect to a session. `kept` is the state that this device has kept of it. */
  | SessionBegins
  /** The state at a position. It is immutable, and shares its unchanged parts with earlier states. */
  | { type: 'state'; at: number; kept: KeptState }
  | { type: 'open' | 'close'; at: number }
  | { type: 'message'; at: number; data: string | ArrayBuffer }

/** Limits of what is kept until the recorder's code has loaded. */
const MOST_EARLY = 500
const MOST_EARLY_BYTES = 2 * 1024 * 1024

let session: SessionBegins | undefined
/** Only its events count. A socket that was given up may still receive, and closes later than the next one opens. */
let current: ViewerConnection | undefined
let bytes = 0

function keep(received: Received): void {
  if (received.type === 'session') begin(received)
  else inbox.early.push(received)
  if (received.type === 'message') {
    const { data } = received
    bytes += typeof data === 'string' ? data.length : data.byteLength
  }
  if (!session || (bytes <= MOST_EARLY_BYTES && inbox.early.length <= MOST_EARLY)) return
  // The later messages cannot be applied to the kept state without the dropped ones. The next whole state begins anew.
  begin({ ...session, kept: undefined })
  if (current?.readyState === 1) inbox.early.push({ type: 'open', at: received.at })
}

function begin(next: SessionBegins): void {
  session = next
  bytes = 0
  inbox.early = [next]
}

/**
 * Passes each event on to the recorder. The recorder is not part of the first chunk, so the inbox keeps the events that
 * arrive until its code has loaded.
 */
export const inbox = { early: [] as Received[], receive: keep }

const TYPES = ['open', 'message', 'close'] as const

/** Passes on what a connection receives, whatever carries it. */
export function recordConnection(socket: ViewerConnection): void {
  if (current && current.readyState < 3) inbox.receive({ type: 'close', at: Date.now() })
  current = socket
  for (const type of TYPES)
    socket.addEventListener(type, (event) => {
      if (current === socket)
        inbox.receive({ type, at: Date.now(), data: (event as MessageEvent).data } as Received)
    })
}

/** A cache whose states go to the inbox too. */
export function recordedCache(cache: ViewerCache): ViewerCache {
  let latest: SyncAddress | undefined
  return {
    async load(address) {
      latest = address
      // From here on, nothing belongs to the session before.
      current = undefined
      const begins = { type: 'session', at: Date.now(), address } as const
      inbox.receive({ ...begins, kept: undefined })
      const kept = await cache.load(address).catch(() => undefined)
      // A viewer that has dialled already did not wait for this state, and does not show it.
      if (kept && latest === address && !current) inbox.receive({ ...begins, kept })
      return kept
    },
    save(address, kept) {
      inbox.receive({ type: 'state', at: Date.now(), kept })
      return cache.save(address, kept)
    },
  }
}
