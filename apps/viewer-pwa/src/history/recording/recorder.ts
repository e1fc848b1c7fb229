import {
  addPart,
  type Assembly,
  joinParts,
  type KeptState,
  MOST_BYTES,
  readPart,
  samePosition,
  type SyncAddress,
} from '@vue-sync/vue/protocol'
import { type Frame, type FrameHead, headOf, statusOf, weightOf } from '@vue-sync/vue/recording'
import { inbox, type Received } from '../received.ts'

/** A message, or an event of the connection. `at`: milliseconds since 1970. */
export type Entry =
  | { at: number; frame: Frame; head?: FrameHead | undefined }
  | { at: number; event: 'lost' | 'connected' }

/** A point from which the entries can be played. */
interface Start {
  /** The number of the first entry after it, counted since the session began. */
  entry: number
  states: number
  bytes: number
  /** The state at this point; `undefined` if the next entry is a whole state. */
  kept: KeptState | undefined
}

export interface RecorderLimits {
  /** How many states are kept, if they fit into `bytes`. @default 500 */
  states?: number
  /** How many bytes of frames are kept, approximately. @default 8 MiB */
  bytes?: number
}

export interface Recorder {
  readonly address: SyncAddress | undefined
  /** The state before the first entry; `undefined` if the first state in the entries is whole. */
  readonly base: KeptState | undefined
  readonly entries: readonly Entry[]
  /** How many state messages this session has received. */
  readonly states: number
  /** The time of the first entry. */
  readonly since: number | undefined
  receive: (received: Received) => void
  /** @param listener gets each new entry, and `undefined` when another session begins */
  subscribe: (listener: (entry: Entry | undefined) => void) => () => void
}

/** A start is added after each fifth of the states or bytes that are kept. */
const STEPS = 5
/** Each start holds those parts of its state that have changed since, so their number is limited. */
const MOST_STARTS = 2 * STEPS + 2

/**
 * Keeps the messages that the viewer has received since it opened the session, in the form in which they came. That costs
 * the least. They are turned into states only when the user opens the history.
 */
export function createRecorder(limits: RecorderLimits = {}): Recorder {
  const { states: mostStates = 500, bytes: mostBytes = 8 * 1024 * 1024 } = limits
  const listeners = new Set<(entry: Entry | undefined) => void>()
  let address: SyncAddress | undefined
  let entries: Entry[] = []
  let dropped = 0
  let states = 0
  let bytes = 0
  let starts: Start[] = []
  /** The position of the latest message. */
  let latest: FrameHead | undefined
  let isOpen = false
  let isLost = false
  let assembly: Assembly | undefined

  function clear(): void {
    entries = []
    starts = []
    dropped = states = bytes = 0
    latest = assembly = undefined
    isOpen = isLost = false
  }

  const here = (kept?: KeptState): Start => ({
    entry: dropped + entries.length,
    states,
    bytes,
    kept,
  })

  function addStart(start: Start): void {
    starts.push(start)
    // The first is where the recording begins.
    if (starts.length > MOST_STARTS) starts.splice(1, 1)
  }

  function beginAt(start: Start): void {
    entries = entries.slice(start.entry - dropped)
    dropped = start.entry
    starts = starts.filter(({ entry }) => entry >= start.entry)
  }

  function trim(): void {
    const [first] = starts
    if (!first) return
    const isLong = states - first.states > mostStates
    const isLarge = bytes - first.bytes > mostBytes
    if (!isLong && !isLarge) return
    const enough = starts.findLast((start) => states - start.states >= mostStates)
    const light = starts.find((start) => bytes - start.bytes <= mostBytes)
    const next = isLarge ? light : enough
    if (next && next !== first) return beginAt(next)
    // The viewer saves its state every few seconds. If it does not, the history is dropped and begins with the next one.
    if (bytes - first.bytes > 2 * mostBytes || states - first.states > 4 * mostStates) {
      dropped += entries.length
      entries = []
      starts = []
    }
  }

  function push(entry: Entry): void {
    if (starts.length > 0) entries.push(entry)
    for (const listener of listeners) listener(entry)
  }

  function receiveFrame(at: number, frame: Frame): void {
    const head = headOf(frame)
    if (!head && !statusOf(frame)) return
    if (head?.type === 'session_update') {
      addStart(here())
      // The statuses before the first state cannot be played.
      if (starts.length === 1) entries = []
    }
    if (head) {
      latest = head
      states++
    }
    bytes += weightOf(frame)
    push({ at, frame, ...(head && { head }) })
    trim()
  }

  function receiveData(at: number, data: string | ArrayBuffer): void {
    if (typeof data === 'string') return receiveFrame(at, data)
    const bytesOfFrame = new Uint8Array(data)
    const part = readPart(bytesOfFrame)
    if (!part) return receiveFrame(at, bytesOfFrame)
    const { header, slice } = part
    assembly = header.total > 16 * MOST_BYTES ? undefined : addPart(assembly, header, slice)
    if (!assembly || assembly.received < assembly.total) return
    const whole = joinParts(assembly)
    assembly = undefined
    receiveFrame(at, whole)
  }

  return {
    get address() {
      return address
    },
    get base() {
      return starts[0]?.kept
    },
    get entries() {
      return entries
    },
    get states() {
      return states
    },
    get since() {
      return entries[0]?.at
    },
    receive(received) {
      const { at } = received
      if (received.type === 'session') {
        clear()
        ;({ address } = received)
        const { kept } = received
        if (kept) {
          addStart(here(kept))
          latest = kept.message
        }
        for (const listener of listeners) listener(undefined)
      } else if (received.type === 'state') {
        const { kept } = received
        const last = starts.at(-1)
        // Not while a message is being read, because the state is not that of the latest message then.
        if (!samePosition(latest, kept.message)) return
        const isFar =
          !last ||
          states - last.states >= mostStates / STEPS ||
          bytes - last.bytes >= mostBytes / STEPS
        if (isFar) addStart(here(kept))
        trim()
      } else if (received.type === 'message') receiveData(at, received.data)
      else {
        assembly = undefined
        const hasClosed = received.type === 'close'
        // A dial that fails closes too, and the first connection needs no entry.
        if (isOpen && hasClosed && latest) push({ at, event: 'lost' })
        else if (isLost && !hasClosed) push({ at, event: 'connected' })
        isLost = hasClosed && (isLost || (isOpen && latest !== undefined))
        isOpen = !hasClosed
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Records from the start of the app, beginning with what arrived while this module was loading. */
export const recorder = createRecorder()
for (const received of inbox.early) recorder.receive(received)
inbox.early = []
inbox.receive = recorder.receive
