import { createReport, createWarn, SyncError } from '../diagnostics.ts'
import { canEncrypt } from '../encrypt/index.ts'
import {
  createDialer,
  createDialReports,
  createLink,
  createPartReader,
  type Link,
  type LinkStatus,
  mixedContent,
  problemOf,
  type Progress,
  readLink,
  type Transport,
} from '../link/index.ts'
import {
  bindingOf,
  formatSocketUrl,
  isCount,
  isTrustworthyOrigin,
  type KeptState,
  MOST_BYTES,
  offerProtocols,
  RICH,
  type StatusMessage,
  type SyncAddress,
} from '../protocol/index.ts'
import { createFrameReader, type FrameReader } from './frame-reader.ts'
import type { StateCopy, StateCopyOptions } from './copy.ts'
import { CLIENT_DEFAULTS, type SyncClientOptions } from './options.ts'
import { followPage } from './page-lifecycle.ts'
import { createReceiver, type ReceivedState } from './receiver.ts'
import { createStateSaver } from './state-saver.ts'

export interface ClientState extends ReceivedState {
  status: LinkStatus
  retryAt: number | undefined
  /** The transport that carries the frames; `undefined` while it is not connected. */
  transport: Transport | undefined
  /** How much of a large message has arrived; `undefined` when none is arriving. */
  progress: Progress | undefined
  error: SyncError | undefined
}

/** One connection, and its copy of the host's state. */
export interface Client<Copy extends StateCopy> {
  readonly state: ClientState
  readonly copy: Copy
  /** @throws SyncError VS101 when `url` is not an address, VS121 for a path that leads to no session */
  connect: (url: string) => void
  /** Stays disconnected until `connect`. The received state stays on show. */
  disconnect: () => void
}

export interface ClientParts<Copy extends StateCopy> {
  /** Gives the state in a form that can be observed. It is only written to in that form. */
  observable: (state: ClientState) => ClientState
  createCopy: (options: StateCopyOptions) => Copy
}

/** Whether the shown state may be old. */
export function isStale({ stale, problem, progress }: ClientState): boolean {
  return stale || Boolean(problem ?? progress)
}

/** However much a relay accepts, one message must not fill a phone's memory. */
const MOST_ASSEMBLED = 256 * 1024 * 1024

export function createClient<Copy extends StateCopy>(
  options: SyncClientOptions,
  { observable, createCopy }: ClientParts<Copy>,
): Client<Copy> {
  const warn = createWarn()
  const report = createReport('viewer')
  /** Bytes of the longest message, as the relay announces it. */
  let longest = MOST_BYTES
  const copy = createCopy({ warn, longest: () => longest, values: options.values })
  const state = observable({
    status: 'disconnected',
    retryAt: undefined,
    transport: undefined,
    progress: undefined,
    lastUpdate: undefined,
    asOf: undefined,
    name: undefined,
    host: undefined,
    behind: false,
    stale: true,
    problem: undefined,
    error: undefined,
  })
  let address: SyncAddress | undefined
  /** Whether it is connected or dialling. `disconnect` and a terminal close code end that. */
  let wanted = false
  let link: Link | undefined
  let reader: FrameReader | undefined
  let stopFollowing: (() => void) | undefined
  let reportDials: ((failures: number, busy?: string) => void) | undefined
  const url = (): string => formatSocketUrl(address!, receiver.position)
  const onProgress = (progress: Progress | undefined): void => void (state.progress = progress)
  const dialer = createDialer({
    world: options,
    relay: () => address!.relay,
    url,
    onTransport: (transport) => (state.transport = transport),
    onProgress,
  })
  const saver = options.cache && createStateSaver(options.cache, stateToSave)
  const receiver = createReceiver({
    copy,
    state,
    warn,
    report,
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

  function readSizes({ limit, receiving }: StatusMessage['payload']): void {
    if (isCount(limit)) longest = Math.min(MOST_ASSEMBLED, Math.max(MOST_BYTES, limit))
    if (isCount(receiving)) state.progress ??= { received: 0, total: receiving }
  }

  function hangUp(): void {
    wanted = false
    reportDials?.(0)
    saver?.saveNow()
    stopFollowing?.()
    dialer.stop()
    link?.close()
    receiver.disconnected()
    reader?.discard()
    stopFollowing = link = reader = state.progress = state.transport = undefined
    state.status = 'disconnected'
  }

  function fail(error: SyncError): void {
    hangUp()
    state.error = error
    if (process.env.NODE_ENV !== 'production') report(error)
  }

  /** Shows the saved state if there is none, then dials with its position. */
  async function prepareAndDial(to: SyncAddress, prepared?: Promise<void>): Promise<void> {
    state.status = 'connecting'
    const kept = receiver.position ? undefined : await saver?.load(to)
    await prepared
    if (address !== to || !wanted) return
    if (kept) receiver.restore(kept)
    dial(to)
  }

  function dial(to: SyncAddress): void {
    const frames = (reader = createFrameReader({
      codecs: options.codecs ?? [],
      address: to,
      longest: () => longest,
      onMessage(message) {
        if (message.type === 'status') readSizes(message.payload)
        else {
          state.progress = undefined
          const { values } = message
          if (values !== undefined && !(values === RICH && options.values))
            return fail(new SyncError('VS123', values))
        }
        receiver.receive(message)
      },
      onDropped(bad) {
        state.progress = undefined
        warnDropped(bad)
      },
      onDoubt() {
        warnDropped('encryption')
        // Nothing of the frame was applied, so the relay can go on from the present position.
        link!.retry()
      },
      onStop: fail,
    }))
    const parts = createPartReader({
      limit: () => longest,
      onFrame: frames.read,
      onProgress,
      send: (receipt) => link!.send(receipt),
    })
    longest = MOST_BYTES
    reportDials = createDialReports(to.relay, copy.problems, report)
    link = createLink({
      world: { ...options, WebSocket: dialer.WebSocket },
      url,
      protocols: offerProtocols('viewer', to.key),
      backoff: options.backoff,
      onFrame: parts.read,
      onFailures(count, busy) {
        if (count === 0) dialer.reached()
        reportDials!(count, busy)
      },
      onState({ status, retryAt, closed }) {
        state.status = status
        state.retryAt = retryAt
        state.transport = status === 'connected' ? (state.transport ?? 'socket') : undefined
        if (process.env.NODE_ENV !== 'production' && status === 'connected') report.connected!()
        if (status !== 'connected') {
          frames.discard()
          parts.discard()
          receiver.disconnected()
          state.host = undefined
          state.behind = false
          state.stale = true
          saver?.saveNow()
        }
        if (closed) fail(problemOf(closed))
      },
    })
    stopFollowing = followPage({
      pauseAfter: options.pauseAfter ?? CLIENT_DEFAULTS.pauseAfter,
      onHide: () => saver?.saveNow(),
      onPause: link.pause,
      onWake: (doubtful) => {
        if (doubtful || state.status !== 'connected') link?.redial()
      },
    })
  }

  return {
    state,
    copy,
    connect(url) {
      const next = readLink(url)
      const { relay, session, key, secret, signer } = next
      // State that came in clear must not be shown as that of an encrypted session, nor the reverse.
      const isSameSession =
        relay === address?.relay &&
        session === address.session &&
        secret === address.secret &&
        signer === address.signer
      if (wanted && isSameSession && key === address!.key) return
      hangUp()
      if (!isSameSession) receiver.clear()
      address = next
      if (secret && !canEncrypt()) return fail(new SyncError('VS111'))
      if (secret && !isTrustworthyOrigin(relay)) return fail(new SyncError('VS115'))
      const blocked = mixedContent(relay)
      if (blocked) return fail(blocked)
      wanted = true
      state.error = undefined
      const prepared = dialer.prepare()
      if (prepared || (saver && !receiver.position)) void prepareAndDial(next, prepared)
      else dial(next)
    },
    disconnect: hangUp,
  }
}
