import type { Pinia } from 'pinia'
import { shallowReactive } from 'vue'
import { createWarn, SyncError } from '../diagnostics.ts'
import { canEncrypt } from '../encrypt/index.ts'
import { createLink, type Link, type LinkStatus, problemOf } from '../link/index.ts'
import {
  formatSocketUrl,
  type HostPresence,
  judge,
  type KeptState,
  type Message,
  offerProtocols,
  parseLink,
  type Position,
  readName,
  samePosition,
  type SyncAddress,
} from '../protocol/index.ts'
import { createFrameReader, type FrameReader } from './frame-reader.ts'
import { createKeeper } from './state-saver.ts'
import { createMirror, type Mirror } from './mirror.ts'
import { type SyncViewerOptions, VIEWER_DEFAULTS } from './options.ts'
import { followPage } from './page-lifecycle.ts'

export interface SyncViewerState {
  status: LinkStatus
  retryAt: number | undefined
  /** When state last arrived, milliseconds since 1970. */
  lastUpdate: number | undefined
  /** When what is shown was last known to be the host's current state, milliseconds since 1970. */
  asOf: number | undefined
  /** What the host calls the session. */
  name: string | undefined
  /** Whether the host is connected to the relay; `undefined` while that is not known. */
  host: HostPresence['host'] | undefined
  error: SyncError | undefined
}

/** One viewer: its connection and its copy of the host's state. Belongs to the app, not to a component. */
export interface SyncViewer {
  readonly state: SyncViewerState
  readonly mirror: Mirror
  /** @throws SyncError VS101 for what is not an address */
  connect: (url: string) => void
  /** Stays disconnected until `connect`. What was received stays on show. */
  disconnect: () => void
  dispose: () => void
}

export function createSyncViewer(options: SyncViewerOptions, pinia: () => Pinia): SyncViewer {
  const warn = createWarn()
  const mirror = createMirror(pinia, warn)
  const state: SyncViewerState = shallowReactive({
    status: 'disconnected',
    retryAt: undefined,
    lastUpdate: undefined,
    asOf: undefined,
    name: undefined,
    host: undefined,
    error: undefined,
  })
  let address: SyncAddress | undefined
  let held: Position | undefined
  /** Connected, or on the way to it: neither `disconnect` nor a terminal close code has ended it. */
  let wanted = false
  let link: Link | undefined
  let reader: FrameReader | undefined
  let stopFollowing: (() => void) | undefined
  const keeper = options.cache && createKeeper(options.cache, current)

  function current(): [SyncAddress, KeptState] | undefined {
    if (!address || !held) return undefined
    const { lastUpdate, asOf, name } = state
    const message = { type: 'session_update' as const, ...held, payload: mirror.state }
    return [address, { message, lastUpdate: lastUpdate!, asOf: asOf!, name }]
  }

  function dropped(bad: string): void {
    if (process.env.NODE_ENV !== 'production') warn('VS202', `bad ${bad}`)
  }

  function onMessage(message: Message): void {
    const verdict = judge(held, message)
    if (verdict === 'gap') link!.retry()
    if (message.type === 'status') {
      const { host, hash } = message.payload
      const first = state.host === undefined
      if (host === 'online' || host === 'offline') state.host = host
      const isNews = rename(!address!.secret && message.payload.name) || first
      if (!held || !samePosition(held, message)) return
      if (host === 'online') state.asOf = Date.now()
      keeper?.note(isNews)
      if (hash !== undefined) compare(held, hash).catch(() => {})
    } else if (verdict === 'apply') {
      const { epoch, seq } = message
      // Only the host can have encrypted it, but anybody can have kept it.
      if (address!.secret && held?.epoch === epoch && seq < held.seq) return dropped('order')
      if (mirror.apply(message)) {
        held = { epoch, seq }
        if (address!.secret) rename(message.name)
        state.lastUpdate = state.asOf = Date.now()
        keeper?.note(true)
      } else resync(`message ${seq} did not fit`)
    }
  }

  /** Whether that is news. */
  function rename(given: unknown): boolean {
    const before = state.name
    state.name = readName(given) ?? before
    return state.name !== before
  }

  async function compare(position: Position, hash: number): Promise<void> {
    const frames = reader!
    const own = frames.wireHash(position, mirror.hash())
    if ((typeof own === 'number' ? own : await own) === hash) return
    if (frames === reader && samePosition(held, position)) resync('the hash of its state')
  }

  /** What is held cannot be trusted: a whole state is asked for. */
  function resync(why: string): void {
    if (process.env.NODE_ENV !== 'production') warn('VS208', why)
    held = undefined
    link!.retry()
  }

  function hangUp(): void {
    wanted = false
    keeper?.now()
    stopFollowing?.()
    link?.close()
    reader?.drop()
    stopFollowing = link = reader = undefined
    state.status = 'disconnected'
  }

  function onStop(error: SyncError): void {
    hangUp()
    state.error = error
  }

  /** Shows what was kept, then dials: the relay is asked to go on from the position in it. */
  async function recall(next: SyncAddress): Promise<void> {
    state.status = 'connecting'
    const kept = await keeper!.load(next)
    if (address !== next || !wanted) return
    if (kept && !held && mirror.apply(kept.message)) {
      const { epoch, seq } = kept.message
      held = { epoch, seq }
      const { lastUpdate, asOf, name } = kept
      Object.assign(state, { lastUpdate, asOf, name })
    }
    dial(next)
  }

  function dial(to: SyncAddress): void {
    const { origin, session, key } = to
    const frames = (reader = createFrameReader({
      codecs: options.codecs ?? [],
      address: to,
      onMessage,
      onDropped: dropped,
      onDoubt() {
        dropped('encryption')
        // Nothing of it was applied: what is held is right, and what follows it is asked for again.
        link!.retry()
      },
      onStop,
    }))
    link = createLink({
      world: options,
      url: () => formatSocketUrl({ origin, session }, held),
      protocols: offerProtocols('viewer', key),
      backoff: options.backoff,
      onFrame: frames.take,
      onState({ status, retryAt, closed }) {
        state.status = status
        state.retryAt = retryAt
        if (status !== 'connected') {
          frames.drop()
          state.host = undefined
          keeper?.now()
        }
        if (closed) onStop(problemOf(closed))
      },
    })
    stopFollowing = followPage({
      pauseAfter: options.pauseAfter ?? VIEWER_DEFAULTS.pauseAfter,
      onHide: () => keeper?.now(),
      onPause: link.pause,
      onWake: (doubtful) => {
        if (doubtful || state.status !== 'connected') link?.redial()
      },
    })
  }

  return {
    state,
    mirror,
    connect(url) {
      const next = parseLink(url)
      if (!next) throw new SyncError('VS101', JSON.stringify(url))
      const here = next.origin === address?.origin && next.session === address.session
      const { key, secret } = next
      if (wanted && here && key === address!.key && secret === address!.secret) return
      hangUp()
      if (!here) {
        mirror.clear()
        held = undefined
        state.lastUpdate = state.asOf = state.name = undefined
      }
      address = next
      if (secret && !canEncrypt()) return onStop(new SyncError('VS111'))
      wanted = true
      state.error = undefined
      if (keeper && !held) void recall(next)
      else dial(next)
    },
    disconnect: hangUp,
    dispose() {
      hangUp()
      mirror.release()
    },
  }
}
