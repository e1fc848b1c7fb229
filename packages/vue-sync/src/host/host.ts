import { shallowReactive } from 'vue'
import { createReport, createWarn, SyncError } from '../diagnostics.ts'
import { canEncrypt } from '../encrypt/index.ts'
import { createDialReports, createLink, type Link, mixedContent, problemOf } from '../link/index.ts'
import { createProblems, describeProblem, type SyncProblem } from '../problems.ts'
import {
  formatSocketUrl,
  offerProtocols,
  PART_BYTES,
  parseStatus,
  randomId,
  RICH,
  sessionPath,
  type StateMessage,
  type StatusMessage,
  type ViewerUrl,
} from '../protocol/index.ts'
import { createFrameWriter } from './core/frame-writer.ts'
import { valueForm } from './core/plain.ts'
import { createPublisher } from './core/publisher.ts'
import { createAccess } from './access/access.ts'
import { createBehind } from './behind.ts'
import { currentName } from './options/current-name.ts'
import { createHostEncryption } from './access/encryption.ts'
import { HOST_DEFAULTS, type SyncHostOptions } from './options/options.ts'
import { createOutgoing } from './outgoing.ts'
import { readCodec, readDelays, readRelay, readViewerUrl } from './options/read-options.ts'
import { clockOffset } from './relay/clock-offset.ts'
import { readRelayStatus, type RelayError } from './relay/relay-status.ts'
import { debounce } from './stores/debounce.ts'
import { createSyncedStores } from './stores/synced-stores.ts'
import { viewerLinks } from './relay/viewer-links.ts'
import type { SyncHost, SyncHostState } from './sync-host.ts'
import { createTabs } from './tabs.ts'

const UNSENT = 'the state could not be sent'

function isHidden(): boolean {
  return typeof document !== 'undefined' && document.hidden
}

/**
 * Never throws: the app of a host must not break. After a bad option, `start` only sets `error`: VS101 or VS121 for a
 * bad `url`, VS107 for any other.
 */
export function createSyncHost(options: SyncHostOptions = {}): SyncHost {
  const report = createReport('host')
  let invalid: SyncError | undefined
  function valid<T>(read: (from: SyncHostOptions) => T): T {
    try {
      return read(options)
    } catch (error) {
      if (process.env.NODE_ENV !== 'production') report(error as SyncError)
      invalid ??= error as SyncError
      return read({})
    }
  }
  const { relay, session, key } = valid(readRelay)
  const pinned = valid(readViewerUrl)
  const codec = valid(readCodec)
  const delays = valid((from) => readDelays('', from, HOST_DEFAULTS))
  const warn = createWarn()
  const problems = createProblems(shallowReactive([]))
  const state: SyncHostState = shallowReactive({
    status: 'disconnected',
    clientCount: 0,
    estimated: false,
    viewerUrls: [],
    setUpUrl: undefined,
    pairCode: undefined,
    pairCodeUntil: undefined,
    signed: [],
    clockOffset: 0,
    retryAt: undefined,
    progress: undefined,
    behind: false,
    error: invalid,
  })
  const address = formatSocketUrl({ relay, session })
  const tabs = createTabs(address)
  const reportDials = createDialReports(relay, problems, report)
  const encryption = options.encrypt ? createHostEncryption(address, session, showLinks) : undefined
  let started = encryption?.startEpoch()
  /** The links in the relay's latest status. */
  let reported: ViewerUrl[] = []
  let link: Link | undefined
  /** The relay has sent a status on this connection. Before that, it may have to refuse what is sent. */
  let greeted = false
  /** The page is being left, so there is no time to compress. */
  let leaving = false
  /** The session name that was sent on this connection. */
  let sentName: string | undefined
  let flushedAt = 0
  /** Something has changed that was not handed to the writer. */
  let isDirty = false
  /** A message was lost, and the relay has not asked for a whole state since. */
  let isLost = false
  /** Whether the relay was told so on this connection. */
  let sentBehind = false
  /** The writer holds changes that the relay does not have. */
  let isWritingNews = false
  /** `push` was called while no whole state could be sent. */
  let isPushPending = false

  const outgoing = createOutgoing({
    send: (frame) => link !== undefined && link.send(frame),
    onIdle: () => (isPushPending ? flushAll() : flush()),
    onStall: () => link?.redial(),
    onTooLarge: reportTooLarge,
    onAccepted: () => forget('VS117'),
  })
  const behind = createBehind({
    hasUnsent: () =>
      isDirty ||
      isLost ||
      (isWritingNews && !writer.isIdle) ||
      outgoing.isSendingNews ||
      stores.areUnreadable,
    onChange(isBehind) {
      state.behind = isBehind
      sendBehind()
    },
  })
  function sendBehind(): void {
    const { behind } = state
    if (sentBehind !== behind && sendStatus({ behind })) sentBehind = behind
  }

  const writer = createFrameWriter({
    codec,
    compressOver: options.compressOver,
    cipher: encryption?.cipher,
    sealedFields({ type }) {
      const name = currentName(options.name, warn)
      const isWhole = type === 'session_update'
      return { ...(name && { name }), ...(isWhole && { started: started! }) }
    },
    longest: () => outgoing.limit,
    send(frame, message) {
      const isSent = outgoing.send(frame, message)
      state.progress = outgoing.progress
      return isSent
    },
    onFailed(error) {
      isLost = true
      warnUnsent(error)
    },
    onIdle: settle,
    report: listProblem,
  })
  function transmit(message: StateMessage | StatusMessage): boolean {
    if (!greeted || outgoing.mustWait(message.type)) return false
    // A whole state reports again what its codec cannot carry.
    if (message.type === 'session_update') forget('VS217')
    const isState = message.type !== 'status'
    isWritingNews = (isWritingNews && !writer.isIdle) || (isState && outgoing.isNews(message))
    const isRich = options.values && isState
    return writer.write(isRich ? { ...message, values: RICH } : message, leaving)
  }
  function sendStatus(payload: StatusMessage['payload']): boolean {
    return transmit({ type: 'status', payload })
  }
  const publisher = createPublisher(randomId(), transmit, codec?.arriving)
  const stores = createSyncedStores({
    publisher,
    delays,
    warn,
    report,
    problems,
    form: valueForm(codec !== undefined, options.values),
    isReady: () => greeted,
    isHidden,
    flushedAt: () => flushedAt,
    flush,
    onChange(wait) {
      isDirty = true
      if (greeted) behind.changed(wait)
    },
  })
  const access = createAccess(
    `vue-sync:access:${relay}${sessionPath(session)}`,
    () => localStorage,
    sendStatus,
    () => Date.now() + state.clockOffset,
    report,
  )

  /** An encrypted session carries its name inside its state messages instead. */
  function sendName(): void {
    const name = encryption ? undefined : currentName(options.name, warn)
    if (name === undefined || name === sentName) return
    if (sendStatus({ name: name || null })) sentName = name
  }

  function warnUnsent(error: unknown): void {
    // The codec has already named the value.
    if (problems.list.some(({ code }) => code === 'VS124')) return
    if (process.env.NODE_ENV !== 'production') warn('VS207', UNSENT, error)
    problems.add({ code: 'VS207', reason: UNSENT })
  }

  function reportTooLarge(bytes: number, limit: number): void {
    publisher.refuse()
    const reason = `${bytes} bytes, the relay accepts ${limit}`
    const error = new SyncError('VS117', reason)
    // The detail differs each time.
    if (process.env.NODE_ENV !== 'production' && state.error?.code !== 'VS117') report(error)
    state.error = error
    problems.add({ code: 'VS117', reason })
  }

  function listProblem(problem: SyncProblem): void {
    problems.add(problem)
    if (process.env.NODE_ENV !== 'production') warn(problem.code, describeProblem(problem))
  }

  function forget(solved: SyncProblem['code']): void {
    problems.remove(({ code }) => code === solved)
    if (state.error?.code === solved) state.error = undefined
  }

  /**
   * Catches every error, because this runs inside the app's own code and must not break it.
   *
   * @param send gives `false` when not everything could be sent
   */
  function sendSafely(send: () => boolean): void {
    if (!greeted) return
    try {
      sendName()
      if (send()) isDirty = false
    } catch (error) {
      isDirty = true
      warnUnsent(error)
    }
    settle()
  }

  function settle(): void {
    if (!isDirty && !isLost && writer.isIdle) problems.remove(({ reason }) => reason === UNSENT)
    behind.check()
  }

  function sendState(send: () => boolean): void {
    flushedAt = Date.now()
    forget('VS124')
    sendSafely(send)
  }
  function flush(): void {
    sendState(publisher.flush)
  }
  function flushAll(): void {
    if (!outgoing.mustWait('session_update')) isLost = isPushPending = false
    sendState(publisher.flushAll)
  }

  function stop(): void {
    flush()
    tabs.stopWaiting()
    reportDials(0)
    link?.close()
    link = undefined
  }

  function restartEpoch(): void {
    started = encryption?.startEpoch()
    outgoing.discard(false)
    publisher.restart(randomId())
  }

  function warnMalformed(field: string): void {
    if (process.env.NODE_ENV !== 'production') warn('VS202', `bad ${field} in the relay’s status`)
  }

  /** A refused change of access is VS113, and a message that is too large is VS117. */
  function reportMistake({ code, reason, field }: RelayError): void {
    if (code === 'bad_access' || code === 'too_large') return
    const detail = `${code}: ${reason}`
    problems.add({ code: 'VS122', ...(field !== undefined && { path: field }), reason: detail })
    if (process.env.NODE_ENV !== 'production') report(new SyncError('VS122', detail))
  }

  function showLinks(): void {
    const keys = encryption?.linkKeys
    // Without its keys a link would open nothing.
    if (encryption && !keys) return void encryption.cipher().catch(warnUnsent)
    state.viewerUrls = viewerLinks(reported, { session, pinned, keys })
    if (reported.length > 0 && state.viewerUrls.length === 0) {
      state.error = new SyncError('VS115', reported[0]!.url.replace(/#.*/, ''))
      if (process.env.NODE_ENV !== 'production') report(state.error)
    } else forget('VS115')
  }

  function onFrame(frame: unknown): void {
    const payload = outgoing.read(frame) ? undefined : parseStatus(frame)
    state.progress = outgoing.progress
    if (!payload) return
    outgoing.applyStatus(payload)
    const {
      clientCount,
      viewerUrls,
      setUpUrl,
      pairCode,
      pairCodeUntil,
      tokens,
      want,
      time,
      error,
      ...answer
    } = readRelayStatus({ ...payload }, warnMalformed)
    if (clientCount !== undefined) state.clientCount = clientCount
    if (time !== undefined) state.clockOffset = clockOffset(time)
    if (viewerUrls) {
      reported = viewerUrls
      showLinks()
    }
    if (error) reportMistake(error)
    // A pinned address does not come from the relay, so its set-up page is not the relay's either.
    state.setUpUrl = pinned ? undefined : setUpUrl
    // A pair code is exchanged at the relay, which does not have the secret.
    if (!encryption) {
      state.pairCodeUntil = pairCodeUntil && pairCodeUntil - state.clockOffset
      state.pairCode = pairCode
    }
    state.signed = tokens ?? []
    state.estimated = payload.estimated ?? false
    const isFirst = !greeted
    greeted = true
    // Otherwise the relay would ask for a whole state.
    if (isFirst && !want) outgoing.confirm(publisher.position)
    // Before any state is sent, so that revoked viewers do not receive it.
    access.receive({ access: payload.access, ...answer }, isFirst)
    // A whole state that is on its way is the answer to each request since.
    const isAnswered = outgoing.isBusy || link!.buffered() > PART_BYTES
    // A delta first: the whole state then only refreshes the relay, and viewers in sync do not receive it.
    // What could not be sent in time is tried again with each status.
    if (isFirst ? !want : want || isHidden() || state.behind) flush()
    if (!want && !(isLost && writer.isIdle))
      sendSafely(() => {
        publisher.flushHash()
        return !isDirty
      })
    else if (!isAnswered) flushAll()
    sendBehind()
  }

  function leave(): void {
    if (link) tabs.announce(true)
  }

  /** Another host has the session. This one gets it back when that host's tab, in the same browser, is closed. */
  function awaitTurn(): void {
    const { error } = state
    tabs.awaitTurn(start, () => state.error === error)
  }

  function start(): void {
    if (link) return
    const wasReplaced = state.error?.code === 'VS103'
    state.error = invalid ?? (encryption && !canEncrypt() ? new SyncError('VS111') : undefined)
    state.error ??= mixedContent(relay)
    if (process.env.NODE_ENV !== 'production' && state.error) report(state.error)
    if (state.error) return
    // Viewers may hold a later epoch of the tab that took over, and refuse this one's.
    if (encryption && wasReplaced) restartEpoch()
    tabs.stopWaiting()
    tabs.announce(false)
    link = createLink({
      world: options,
      url: () => formatSocketUrl({ relay, session }, publisher.position),
      protocols: offerProtocols('host', key),
      backoff: options.backoff,
      onFrame,
      onFailures: reportDials,
      onState({ status, retryAt, closed, isTooLong }) {
        state.status = status
        state.retryAt = retryAt
        if (isTooLong) outgoing.closedAsTooLong()
        if (process.env.NODE_ENV !== 'production' && status === 'connected') report.connected!()
        if (status !== 'connected') {
          greeted = sentBehind = isPushPending = false
          behind.stop()
          writer.discard()
          outgoing.discard(true)
          state.progress = state.pairCode = state.pairCodeUntil = sentName = undefined
          state.clientCount = 0
          state.signed = []
          access.disconnected()
        }
        if (status === 'disconnected') {
          reported = state.viewerUrls = []
          state.setUpUrl = undefined
        }
        if (closed) {
          link = undefined
          reportDials(0)
          state.error = problemOf(closed)
          if (process.env.NODE_ENV !== 'production') report(state.error)
          if (state.error.code === 'VS103') awaitTurn()
        }
      },
    })
  }

  return {
    state,
    problems: problems.list,
    access,
    rotate() {
      if (encryption) {
        encryption.renew()
        // The present links carry keys that the relay is about to withdraw.
        reported = state.viewerUrls = []
        restartEpoch()
        // Before the relay signs new links: it then holds no state under the old secret.
        flushAll()
      }
      return access.rotate()
    },
    attach: stores.attach,
    refresh: debounce(flushAll, delays.debounce),
    start,
    stop,
    push() {
      stores.reread()
      options.values?.reread()
      isPushPending = greeted
      flushAll()
    },
    flushBeforeLeaving() {
      leaving = true
      flush()
      leaving = false
    },
    leave,
    dispose() {
      leave()
      stop()
      behind.stop()
      stores.detachAll()
    },
  }
}
