import type { Pinia } from 'pinia'
import { shallowReactive } from 'vue'
import { createWarn, SyncError } from '../diagnostics.ts'
import { canEncrypt } from '../encrypt/index.ts'
import { createLink, type Link, type LinkStatus, problemOf } from '../link/index.ts'
import {
  bindingOf,
  formatSocketUrl,
  isTrustworthyOrigin,
  type KeptState,
  offerProtocols,
  parseLink,
  type SyncAddress,
} from '../protocol/index.ts'
import { createFrameReader, type FrameReader } from './frame-reader.ts'
import { createMirror, type Mirror } from './mirror.ts'
import { type SyncViewerOptions, VIEWER_DEFAULTS } from './options.ts'
import { followPage } from './page-lifecycle.ts'
import { createReceiver, type ReceivedState } from './receiver.ts'
import { createStateSaver } from './state-saver.ts'

export interface SyncViewerState extends ReceivedState {
  status: LinkStatus
  retryAt: number | undefined
  error: SyncError | undefined
}

/** One viewer: its connection and its copy of the host's state. Belongs to the app, not to a component. */
export interface SyncViewer {
  readonly state: SyncViewerState
  readonly mirror: Mirror
  /** @throws SyncError VS101 when `url` is not an address */
  connect: (url: string) => void
  /** Stays disconnected until `connect`. The received state stays on show. */
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
    behind: false,
    problem: undefined,
    error: undefined,
  })
  let address: SyncAddress | undefined
  /** Whether it is connected or dialling. `disconnect` and a terminal close code end that. */
  let wanted = false
  let link: Link | undefined
  let reader: FrameReader | undefined
  let stopFollowing: (() => void) | undefined
  const saver = options.cache && createStateSaver(options.cache, stateToSave)
  const receiver = createReceiver({
    mirror,
    state,
    warn,
    isEncrypted: () => Boolean(address!.secret),
    binding: () => bindingOf(address!),
    reader: () => reader,
    retry() {
      // Frames that are still being unpacked belong to the connection that is given up.
      reader?.discard()
      link!.retry()
    },
    onDropped: warnDropped,
    onChange: (soon) => saver?.markChanged(soon),
  })

  function stateToSave(): [SyncAddress, KeptState] | undefined {
    const kept = receiver.snapshot()
    return address && kept && [address, kept]
  }

  function warnDropped(bad: string): void {
    if (process.env.NODE_ENV !== 'production') warn('VS202', `bad ${bad}`)
  }

  function hangUp(): void {
    wanted = false
    saver?.saveNow()
    stopFollowing?.()
    link?.close()
    receiver.disconnected()
    reader?.discard()
    stopFollowing = link = reader = undefined
    state.status = 'disconnected'
  }

  function fail(error: SyncError): void {
    hangUp()
    state.error = error
  }

  /** Shows the saved state, then dials with its position. */
  async function restoreAndDial(to: SyncAddress): Promise<void> {
    state.status = 'connecting'
    const kept = await saver!.load(to)
    if (address !== to || !wanted) return
    if (kept) receiver.restore(kept)
    dial(to)
  }

  function dial(to: SyncAddress): void {
    const { origin, session, key } = to
    const frames = (reader = createFrameReader({
      codecs: options.codecs ?? [],
      address: to,
      onMessage: receiver.receive,
      onDropped: warnDropped,
      onDoubt() {
        warnDropped('encryption')
        // Nothing of the frame was applied, so the relay can go on from the present position.
        link!.retry()
      },
      onStop: fail,
    }))
    link = createLink({
      world: options,
      url: () => formatSocketUrl({ origin, session }, receiver.position),
      protocols: offerProtocols('viewer', key),
      backoff: options.backoff,
      onFrame: frames.read,
      onState({ status, retryAt, closed }) {
        state.status = status
        state.retryAt = retryAt
        if (status !== 'connected') {
          frames.discard()
          receiver.disconnected()
          state.host = undefined
          state.behind = false
          saver?.saveNow()
        }
        if (closed) fail(problemOf(closed))
      },
    })
    stopFollowing = followPage({
      pauseAfter: options.pauseAfter ?? VIEWER_DEFAULTS.pauseAfter,
      onHide: () => saver?.saveNow(),
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
      const { origin, session, key, secret, signer } = next
      // State that came in clear must not be shown as that of an encrypted session, nor the reverse.
      const isSameSession =
        origin === address?.origin &&
        session === address.session &&
        secret === address.secret &&
        signer === address.signer
      if (wanted && isSameSession && key === address!.key) return
      hangUp()
      if (!isSameSession) receiver.clear()
      address = next
      if (secret && !canEncrypt()) return fail(new SyncError('VS111'))
      if (secret && !isTrustworthyOrigin(origin)) return fail(new SyncError('VS115'))
      wanted = true
      state.error = undefined
      if (saver && !receiver.position) void restoreAndDial(next)
      else dial(next)
    },
    disconnect: hangUp,
    dispose() {
      hangUp()
      mirror.release()
    },
  }
}
