import { type Report, SyncError, type Warn } from '../diagnostics.ts'
import {
  type HostPresence,
  judge,
  type KeptState,
  type Message,
  type Position,
  readName,
  samePosition,
  type SessionUpdate,
  type StateMessage,
  type StatusMessage,
} from '../protocol/index.ts'
import type { FrameReader } from './frame-reader.ts'
import type { StateCopy } from './copy.ts'
import { createReplayGuard } from './replay-guard.ts'

/** What messages say about the shown state. */
export interface ReceivedState {
  /** When state last arrived, milliseconds since 1970. */
  lastUpdate: number | undefined
  /** When the shown state was last known to be the host's current state, milliseconds since 1970. */
  asOf: number | undefined
  /** What the host calls the session. */
  name: string | undefined
  /** Whether the host is connected to the relay; `undefined` while that is not known. */
  host: HostPresence['host'] | undefined
  /** Whether the host has changes that it could not send yet. */
  behind: boolean
  /** Whether no status, and no state after one, has shown on this connection that the state is the host's current one. */
  stale: boolean
  /** Why the shown state is not the host's, although the viewer is connected. */
  problem: SyncError | undefined
}

export interface ReceiverOptions {
  copy: StateCopy
  state: ReceivedState
  warn: Warn
  report: Report
  isEncrypted: () => boolean
  /** The binding of the present link. */
  binding: () => number | undefined
  /** The reader of the present connection. */
  reader: () => FrameReader | undefined
  /** Replaces the connection: the relay then sends what follows `position`, or a whole state. */
  retry: () => void
  onDropped: (bad: string) => void
  /** Called when the result of `snapshot` has changed. `soon`: start the timer for a save. */
  onChange: (soon: boolean) => void
}

/** Applies messages in the host's order, and asks again when one is missing or does not fit. */
export interface Receiver {
  /** The position of the shown state; `undefined` when there is none or it cannot be trusted. */
  readonly position: Position | undefined
  receive: (message: Message) => void
  /** Must be called when a connection ends. */
  disconnected: () => void
  /** The shown state, to be saved; `undefined` without a position. */
  snapshot: () => KeptState | undefined
  /** Shows a saved state, unless another is shown, or it came by a link with another secret. */
  restore: (kept: KeptState) => void
  /** Drops the shown state, before another session's comes. */
  clear: () => void
}

/** Before the viewer asks again for what it could not show. Twice as long each time. */
const FIRST_WAIT_MS = 5000
const LONGEST_WAIT_MS = 600_000

export function createReceiver(options: ReceiverOptions): Receiver {
  const { copy, state, warn, report, isEncrypted, binding, reader, retry, onDropped, onChange } =
    options
  let position: Position | undefined
  const guard = createReplayGuard()
  /** The message for which the viewer asked the relay again, because it was missing or could not be shown. */
  let asked: Position | undefined
  /** The state whose hash still differed after it was loaded again. */
  let refuted: Position | undefined
  /** The relay has sent the same again, so only a later whole state can help. */
  let isWaiting = false
  /** The viewer has waited, and has not had all of the relay's state since. */
  let isStuck = false
  /** Asks once more, because the host may have sent the relay a whole state for the same position. */
  let timer: ReturnType<typeof setTimeout> | undefined
  let wait = FIRST_WAIT_MS

  /** Gives whether the name has changed. */
  function rename(name: unknown): boolean {
    const before = state.name
    state.name = readName(name)
    return state.name !== before
  }

  function reportUnshown(): void {
    if (process.env.NODE_ENV !== 'production' && !state.problem) report(new SyncError('VS114'))
    state.problem ??= new SyncError('VS114')
  }

  function stopWaiting(): void {
    clearTimeout(timer)
    timer = undefined
    isWaiting = false
  }

  function askAgain(): void {
    stopWaiting()
    wait = Math.min(2 * wait, LONGEST_WAIT_MS)
    position = undefined
    retry()
  }

  /**
   * Asks the relay for what is missing at `at`. If it then sends the same again, the viewer waits, because
   * asking at once would load a whole state again and again.
   *
   * @param why the shown state is wrong, so that a whole state is needed
   */
  function ask(at: Position, why?: string): void {
    if (isStuck || samePosition(asked, at)) {
      isStuck = isWaiting = true
      reportUnshown()
      timer ??= setTimeout(askAgain, wait)
      return
    }
    asked = { epoch: at.epoch, seq: at.seq }
    if (why !== undefined) {
      if (process.env.NODE_ENV !== 'production') warn('VS208', why)
      position = undefined
    }
    retry()
  }

  async function compareHash(at: Position, expected: number): Promise<void> {
    const current = reader()!
    const hash = copy.hash()
    if (hash === undefined) return
    const own = current.wireHash(at, hash)
    const isSame = (typeof own === 'number' ? own : await own) === expected
    if (current !== reader() || !samePosition(position, at)) return
    if (isSame) {
      if (samePosition(refuted, at)) refuted = state.problem = undefined
    }
    // Asked before, the relay sent the same state, which may be as right as this host can make it.
    else if (samePosition(refuted, at)) reportUnshown()
    else {
      refuted = at
      ask(at, 'the hash of its state differs')
    }
  }

  /** The viewer has everything that the relay has. */
  function caughtUp(): void {
    // A relay that says so before the message that did not fit would make the viewer ask for it without end.
    if (asked?.epoch === position!.epoch && asked.seq > position!.seq) return
    asked = undefined
    isStuck = false
    wait = FIRST_WAIT_MS
    if (!samePosition(refuted, position)) state.problem = undefined
  }

  function receiveStatus(message: StatusMessage): void {
    const { host, hash, name, since, behind } = message.payload
    const isFirst = state.host === undefined
    if (host === 'online' || host === 'offline') {
      state.host = host
      state.behind = behind === true
    }
    // The name of an encrypted session is in its state messages, which the relay cannot write.
    // Without a name the relay may not know it yet; `null` says that there is none.
    const isRenamed = !isEncrypted() && name !== undefined && rename(name)
    const isAll = position !== undefined && samePosition(position, message)
    state.stale = !isAll || host !== 'online' || state.behind
    if (!isAll) return
    caughtUp()
    if (!state.stale) state.asOf = Date.now()
    // What the host has changed since it left is unknown.
    else if (isFirst && host === 'offline' && typeof since === 'number')
      state.asOf = Math.min(state.asOf ?? since, since, Date.now())
    onChange(isRenamed || isFirst)
    if (typeof hash === 'number') compareHash(position!, hash).catch(() => {})
  }

  function receiveState(message: StateMessage): void {
    const { epoch, seq } = message
    if (!copy.apply(message)) return ask(message, `message ${seq} did not fit`)
    position = { epoch, seq }
    stopWaiting()
    state.problem = undefined
    guard.accept(message)
    if (isEncrypted()) rename(message.name)
    state.lastUpdate = Date.now()
    // The first status of a connection comes after the state, and says whether the host has newer changes.
    if (state.host !== undefined && !state.behind) state.asOf = state.lastUpdate
    state.stale = state.host !== 'online' || state.behind
    onChange(true)
  }

  return {
    get position() {
      return position
    },
    receive(message) {
      let checked: Message | undefined = message
      if (isEncrypted() && message.type !== 'status') checked = guard.check(message)
      if (!checked) {
        if (position) onDropped('order')
        return
      }
      const isUseless = isWaiting && checked.type !== 'session_update'
      const verdict = isUseless ? 'gap' : judge(position, checked)
      // A relay that lags behind sends the present state later.
      if (verdict === 'gap' && !guard.isHeldBack(checked)) ask(checked as Position)
      if (checked.type === 'status') receiveStatus(checked)
      else if (verdict === 'apply') receiveState(checked)
    },
    disconnected: stopWaiting,
    snapshot() {
      if (!position) return undefined
      const { lastUpdate, asOf, name } = state
      const message: SessionUpdate = {
        type: 'session_update',
        ...position,
        ...(guard.started !== undefined && { started: guard.started }),
        ...(copy.form !== undefined && { values: copy.form }),
        payload: copy.state,
      }
      return {
        message,
        lastUpdate: lastUpdate!,
        asOf: asOf ?? lastUpdate!,
        name,
        binding: binding(),
      }
    },
    restore({ message, lastUpdate, asOf, name, binding: keptBy }) {
      if (position || keptBy !== binding() || !copy.apply(message)) return
      position = { epoch: message.epoch, seq: message.seq }
      guard.accept(message)
      Object.assign(state, { lastUpdate, asOf, name })
    },
    clear() {
      stopWaiting()
      copy.clear()
      position = asked = refuted = state.problem = undefined
      isStuck = false
      guard.clear()
      state.lastUpdate = state.asOf = state.name = undefined
    },
  }
}
