import type { Position } from '@vue-sync/vue/protocol'
import type { Peer } from 'crossws'
import type { Admission, RelayHooks } from '../connections.ts'
import type { RelayPeer } from '../session/relay-peer.ts'

/** How long a viewer without a request stays in its session. */
export const LINGER_MS = 30_000

/** Serves one request of a viewer. */
export interface Receiver extends Omit<RelayPeer, 'close'> {
  /** The viewer was refused or closed, or has sent another request. */
  closed: (code: number, reason: string) => void
}

/**
 * A viewer over HTTP. To the hooks it is a peer like those of crossws. Between two requests it stays in its session, so
 * that it is counted once.
 */
export interface HttpViewer {
  /** `undefined` for a viewer that leaves after one request. */
  readonly id: string | undefined
  readonly context: Partial<Admission>
  /** The hooks set an option of it. */
  readonly websocket: object
  readonly remoteAddress: string | undefined
  /** How a session sends to it. */
  readonly relayPeer: RelayPeer
  close: (code: number, reason: string) => void
  terminate: () => void
  /** Serves the present request. */
  receiver: Receiver | undefined
  hasEntered: boolean
  timer: ReturnType<typeof setTimeout> | undefined
}

export interface HttpViewers {
  /** The viewer with this id, unless it has left. */
  find: (id: string | undefined) => HttpViewer | undefined
  /** Makes a viewer that is not in its session yet. */
  make: (
    id: string | undefined,
    context: Partial<Admission>,
    address: string | undefined,
  ) => HttpViewer
  /**
   * Sends a viewer what follows `position`. A new one enters its session first, and is closed if it is refused. An
   * earlier request of the viewer ends.
   */
  start: (viewer: HttpViewer, position: Position | undefined, receiver: Receiver) => void
  /** Must be called when a client has taken the whole answer, or is gone. */
  release: (viewer: HttpViewer, receiver: Receiver) => void
  /** The network has taken what was written, so the viewer may be sent more. */
  drained: (viewer: HttpViewer) => void
}

/** How a session sends to a viewer over HTTP; `undefined` for a peer of crossws. */
export const relayPeerOf = (peer: object): RelayPeer | undefined =>
  (peer as Partial<HttpViewer>).relayPeer

const asPeer = (viewer: HttpViewer): Peer => viewer as unknown as Peer

export function createHttpViewers(hooks: RelayHooks): HttpViewers {
  const known = new Map<string, HttpViewer>()

  function leave(viewer: HttpViewer): void {
    const { id, timer } = viewer
    clearTimeout(timer)
    viewer.receiver = undefined
    if (id !== undefined && known.get(id) === viewer) known.delete(id)
    void hooks.close(asPeer(viewer), {})
  }

  function supersede(viewer: HttpViewer | undefined): void {
    clearTimeout(viewer?.timer)
    const { receiver } = viewer ?? {}
    if (viewer) viewer.receiver = undefined
    receiver?.closed(1000, 'Another request of this viewer')
  }

  return {
    find: (id) => (id === undefined ? undefined : known.get(id)),
    make(id, context, remoteAddress) {
      function close(code: number, reason: string): void {
        const { receiver } = viewer
        leave(viewer)
        receiver?.closed(code, reason)
      }
      const viewer: HttpViewer = {
        id,
        context,
        websocket: {},
        remoteAddress,
        close,
        terminate: () => close(1006, ''),
        relayPeer: {
          send: (bytes, binary) => viewer.receiver?.send(bytes, binary) ?? 0,
          sendEntry: (entry) => viewer.receiver?.sendEntry?.(entry),
          sendStatus: (bytes) => viewer.receiver?.sendStatus?.(bytes),
          buffered: () => viewer.receiver?.buffered() ?? 0,
          delivered: () => viewer.receiver?.delivered?.() ?? 0,
          close,
          isOverHttp: true,
        },
        receiver: undefined,
        hasEntered: false,
        timer: undefined,
      }
      return viewer
    },
    start(viewer, position, receiver) {
      const { id, context } = viewer
      if (viewer.hasEntered) {
        supersede(viewer)
        viewer.receiver = receiver
        const { member } = context
        if (member?.viewer) member.session.audience.resume(member.viewer, position)
        // Its session is still loaded from another node. It receives all it lacks after that.
        else context.position = position
        return
      }
      const earlier = id === undefined ? undefined : known.get(id)
      supersede(earlier)
      viewer.receiver = receiver
      viewer.hasEntered = true
      if (id !== undefined) known.set(id, viewer)
      void hooks.open(asPeer(viewer))
      // Only now, so that the count of viewers does not change in between.
      if (earlier) leave(earlier)
    },
    release(viewer, receiver) {
      if (viewer.receiver !== receiver) return
      viewer.receiver = undefined
      // Later, because an answer may be complete while the session still adds the viewer.
      if (viewer.id === undefined) return queueMicrotask(() => leave(viewer))
      viewer.timer = setTimeout(() => leave(viewer), LINGER_MS)
      ;(viewer.timer as { unref?: () => void }).unref?.()
    },
    drained: (viewer) => void hooks.drain(asPeer(viewer)),
  }
}
