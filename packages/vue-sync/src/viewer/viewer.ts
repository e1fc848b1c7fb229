import type { Pinia } from 'pinia'
import { shallowReactive } from 'vue'
import { createWarn, SyncError } from '../diagnostics.ts'
import { createLink, type Link, type LinkStatus, problemOf } from '../link/index.ts'
import {
  decodeFrame,
  formatSocketUrl,
  type HostPresence,
  judge,
  type Message,
  MissingCodec,
  offerProtocols,
  parseLink,
  parseMessage,
  type Position,
  samePosition,
  type SyncAddress,
} from '../protocol/index.ts'
import { createMirror, type Mirror } from './mirror.ts'
import { type SyncViewerOptions, VIEWER_DEFAULTS } from './options.ts'
import { followPage } from './page-lifecycle.ts'

export interface SyncViewerState {
  status: LinkStatus
  retryAt: number | undefined
  /** When state last arrived, milliseconds since 1970. */
  lastUpdate: number | undefined
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
    host: undefined,
    error: undefined,
  })
  let address: SyncAddress | undefined
  let held: Position | undefined
  let link: Link | undefined
  let stopFollowing: (() => void) | undefined

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
      if (host === 'online' || host === 'offline') state.host = host
      if (hash !== undefined && samePosition(held, message) && hash !== mirror.hash())
        resync('the hash of its state')
    } else if (verdict === 'apply') {
      const { epoch, seq } = message
      if (mirror.apply(message)) {
        held = { epoch, seq }
        state.lastUpdate = Date.now()
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
    stopFollowing?.()
    link?.close()
    stopFollowing = link = undefined
  }

  function dial({ origin, session, key }: SyncAddress): void {
    state.error = undefined
    link = createLink({
      world: options,
      url: () => formatSocketUrl({ origin, session }, held),
      protocols: offerProtocols('viewer', key),
      backoff: options.backoff,
      onFrame,
      onState({ status, retryAt, closed }) {
        state.status = status
        state.retryAt = retryAt
        if (status !== 'connected') state.host = undefined
        if (!closed) return
        hangUp()
        state.error = problemOf(closed)
      },
    })
    stopFollowing = followPage({
      pauseAfter: options.pauseAfter ?? VIEWER_DEFAULTS.pauseAfter,
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
      if (link && here && next.key === address!.key) return
      hangUp()
      if (!here) {
        mirror.clear()
        held = undefined
        state.lastUpdate = undefined
      }
      address = next
      dial(next)
    },
    disconnect: hangUp,
    dispose() {
      hangUp()
      mirror.release()
    },
  }
}
