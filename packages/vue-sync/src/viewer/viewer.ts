import type { Pinia } from 'pinia'
import { shallowReactive } from 'vue'
import { createWarn, SyncError } from '../diagnostics.ts'
import { createLink, type Link, type LinkStatus, problemOf } from '../link/index.ts'
import {
  decodeFrame,
  formatSocketUrl,
  type HostPresence,
  judge,
  type KeptState,
  type Message,
  MissingCodec,
  offerProtocols,
  parseLink,
  parseMessage,
  type Position,
  readName,
  samePosition,
  type SyncAddress,
} from '../protocol/index.ts'
import { createKeeper } from './keeper.ts'
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
  let stopFollowing: (() => void) | undefined
  const keeper = options.cache && createKeeper(options.cache, current)

  function current(): [SyncAddress, KeptState] | undefined {
    if (!address || !held) return undefined
    const { lastUpdate, asOf, name } = state
    const message = { type: 'session_update' as const, ...held, payload: mirror.state }
    return [address, { message, lastUpdate: lastUpdate!, asOf: asOf!, name }]
  }

  /** Frames wait here while one before them is decompressed. */
  let queue: Promise<void> | undefined

  function dropped(bad: string): void {
    if (process.env.NODE_ENV !== 'production') warn('VS202', `bad ${bad}`)
  }

  function onFrame(frame: unknown): void {
    const from = link
    const take = (message: Message | undefined): void => {
      if (message && link === from) onMessage(message)
      if (!message && typeof frame !== 'string') dropped('frame')
    }
    try {
      const message =
        frame instanceof ArrayBuffer
          ? decodeFrame(new Uint8Array(frame), options.codecs ?? [])
          : parseMessage(frame, dropped)
      if (!queue && !(message instanceof Promise)) return take(message)
      const task: Promise<void> = Promise.all([message, queue]).then(([ready]) => {
        take(ready)
        if (queue === task) queue = undefined
      })
      queue = task
    } catch (error) {
      if (!(error instanceof MissingCodec)) throw error
      hangUp()
      state.error = new SyncError('VS108', error.message)
    }
  }

  function onMessage(message: Message): void {
    const verdict = judge(held, message)
    if (verdict === 'gap') link!.retry()
    if (message.type === 'status') {
      const { host, hash } = message.payload
      const first = state.host === undefined
      if (host === 'online' || host === 'offline') state.host = host
      const name = readName(message.payload.name) ?? state.name
      const isNews = first || name !== state.name
      state.name = name
      if (!held || !samePosition(held, message)) return
      if (host === 'online') state.asOf = Date.now()
      keeper?.note(isNews)
      if (hash !== undefined && hash !== mirror.hash()) resync('the hash of its state')
    } else if (verdict === 'apply') {
      const { epoch, seq } = message
      if (mirror.apply(message)) {
        held = { epoch, seq }
        state.lastUpdate = state.asOf = Date.now()
        keeper?.note(true)
      } else resync(`message ${seq} did not fit`)
    }
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
    stopFollowing = link = undefined
    state.status = 'disconnected'
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

  function dial({ origin, session, key }: SyncAddress): void {
    link = createLink({
      world: options,
      url: () => formatSocketUrl({ origin, session }, held),
      protocols: offerProtocols('viewer', key),
      backoff: options.backoff,
      onFrame,
      onState({ status, retryAt, closed }) {
        state.status = status
        state.retryAt = retryAt
        if (status !== 'connected') {
          state.host = undefined
          keeper?.now()
        }
        if (!closed) return
        hangUp()
        state.error = problemOf(closed)
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
      if (wanted && here && next.key === address!.key) return
      hangUp()
      if (!here) {
        mirror.clear()
        held = undefined
        state.lastUpdate = state.asOf = state.name = undefined
      }
      address = next
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
