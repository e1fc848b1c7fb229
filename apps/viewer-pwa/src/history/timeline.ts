import { bytesOf, EMPTY_VIEW, hasParts, kindOf, type View } from '../inspector/model/index.ts'
import { type FrameHead, isEncrypted, statusOf } from '@vue-sync/vue/recording'
import type { Playback } from './playback.ts'
import type { Entry } from './recording/recorder.ts'

/**
 * - `start`: where the history begins.
 * - `change`, `whole`: a message with changes, or with the whole state.
 * - `restarted`: a whole state of a host that has started again.
 * - `lost`, `connected`: this device lost its connection, and got it back.
 * - `hostOffline`, `hostOnline`: the host left, and came back.
 * - `unreadable`: a message that could not be applied.
 */
export type MomentKind =
  | 'start'
  | 'change'
  | 'whole'
  | 'restarted'
  | 'lost'
  | 'connected'
  | 'hostOffline'
  | 'hostOnline'
  | 'unreadable'

/** One entry of the log. */
export interface Moment {
  /** Each moment has the number of the one before, plus 1. */
  id: number
  /** Milliseconds since 1970. */
  at: number
  kind: MomentKind
  seq?: number
  /** The message number for people. It goes on when the host starts again, and `seq` begins with 1. */
  number?: number
  /** The state at this moment. */
  view: View
  /** The state before it. */
  before: View
  /** How many changes there were up to this moment. */
  changes: number
}

export interface TimelineLimits {
  /** @default 500 */
  moments?: number
  /** Bytes that the states take besides the first one, approximately. @default 48 MiB */
  bytes?: number
}

/** The states of the past. Unchanged parts are shared, so each state costs only what changed. */
export interface Timeline {
  /** The oldest first. After a change, the first read makes a new copy. */
  readonly moments: readonly Moment[]
  /** Whether older moments were dropped. */
  readonly isCut: boolean
  /** Adds the next entry. */
  add: (entry: Entry) => Promise<void>
}

/** What an object, a field and an item of a list take in memory, in bytes, approximately. */
const OBJECT = 56
const FIELD = 16
const ITEM = 8
/** What an entry of a map or an item of a set takes, in bytes, besides its values. */
const ENTRY = 4 * FIELD

/**
 * The memory of the parts of `now` that `before` does not share, in bytes. The time grows with the changed parts and the
 * lists around them.
 */
export function growth(before: unknown, now: unknown): number {
  if (before === now) return 0
  if (typeof now === 'string') return now.length
  if (kindOf(now) === 'bytes') return OBJECT + bytesOf(now as object).byteLength
  if (!hasParts(now)) return ITEM
  if (now instanceof Map) {
    const old = before instanceof Map ? before : undefined
    let size = OBJECT
    for (const [key, value] of now) {
      size += ENTRY + growth(old?.get(key), value)
      if (!old?.has(key)) size += growth(undefined, key)
    }
    return size
  }
  if (now instanceof Set) {
    const old = before instanceof Set ? before : undefined
    let size = OBJECT
    for (const item of now) size += ENTRY + (old?.has(item) ? 0 : growth(undefined, item))
    return size
  }
  if (Array.isArray(now)) {
    const old = Array.isArray(before) ? (before as unknown[]) : []
    const shift = now.length - old.length
    let size = OBJECT + ITEM * now.length
    for (let at = 0; at < now.length; at++) {
      // An item that an insertion has moved is not new.
      if (now[at] !== old[at] && now[at] !== old[at - shift]) size += growth(old[at], now[at])
    }
    return size
  }
  const old = hasParts(before) && !Array.isArray(before) ? (before as Record<string, unknown>) : {}
  let size = OBJECT
  for (const [key, value] of Object.entries(now)) size += FIELD + growth(old[key], value)
  return size
}

function growthOf(before: View, now: View): number {
  let size = 0
  for (const [id, store] of now.stores) size += growth(before.stores.get(id), store)
  return size
}

/**
 * Turns entries into moments.
 *
 * @param since when the first state was received, in milliseconds since 1970
 */
export function createTimeline(
  playback: Playback,
  since: number | undefined,
  limits: TimelineLimits = {},
): Timeline {
  const { moments: most = 500, bytes: mostBytes = 48 * 1024 * 1024 } = limits
  const moments: Moment[] = []
  let copy: readonly Moment[] | undefined
  /** The memory that each moment takes, in bytes, in the same order. */
  const sizes: number[] = []
  let total = 0
  let isCut = false
  let nextId = 0
  let changes = 0
  let epoch: string | undefined
  let numbered: { epoch: string; offset: number; latest: number } | undefined
  let host: unknown

  function numberOf({ epoch: now, seq }: { epoch: string; seq: number }): number {
    if (numbered?.epoch !== now)
      numbered = { epoch: now, offset: numbered?.latest ?? 0, latest: numbered?.latest ?? 0 }
    const number = numbered.offset + seq
    numbered.latest = Math.max(numbered.latest, number)
    return number
  }

  function push(at: number, kind: MomentKind, view: View, head?: FrameHead): void {
    const before = moments.at(-1)?.view ?? EMPTY_VIEW
    const size = moments.length === 0 ? 0 : growthOf(before, view)
    copy = undefined
    moments.push({
      id: nextId++,
      at,
      kind,
      view,
      before,
      changes,
      ...(head && { seq: head.seq, number: numberOf(head) }),
    })
    sizes.push(size)
    total += size
    let surplus = Math.max(0, moments.length - most)
    let left = total
    for (let at = 0; at < surplus; at++) left -= sizes[at]!
    while (left > mostBytes && surplus < moments.length - 1) left -= sizes[surplus++]!
    if (surplus === 0) return
    total = left
    isCut = true
    sizes.splice(0, surplus)
    moments.splice(0, surplus)
    // Otherwise the first moment would keep a dropped state in memory.
    moments[0] = { ...moments[0]!, kind: 'start', before: EMPTY_VIEW }
  }

  const view = (): View => moments.at(-1)?.view ?? EMPTY_VIEW
  const first = playback.view()
  if (first.ids.length > 0 && since !== undefined) push(since, 'start', first)

  return {
    get moments() {
      return (copy ??= [...moments])
    },
    get isCut() {
      return isCut
    },
    async add(entry) {
      const { at } = entry
      if ('event' in entry) return push(at, entry.event, view())
      const status = statusOf(entry.frame)
      if (status) {
        const now = status.payload.host
        const isNews = host !== undefined && now !== undefined && now !== host
        host = now ?? host
        if (isNews && moments.length > 0)
          push(at, host === 'offline' ? 'hostOffline' : 'hostOnline', view())
        return
      }
      const { head } = entry
      if (!head) return
      const before = playback.view()
      let now: View
      try {
        now = await playback.play(entry.frame)
      } catch {
        return push(at, 'unreadable', view(), head)
      }
      const isWhole = head.type === 'session_update'
      const isRestart = isWhole && epoch !== undefined && head.epoch !== epoch
      epoch = head.epoch
      // The message repeated the state, or could not be applied to it.
      const isSame = now.ids.every((id) => now.stores.get(id) === before.stores.get(id))
      const isKnown = isSame && now.ids.length === before.ids.length
      if (isKnown && !isWhole && isEncrypted(head)) return push(at, 'unreadable', now, head)
      if (!isKnown) changes++
      const kind =
        moments.length === 0 ? 'start' : isRestart ? 'restarted' : isWhole ? 'whole' : 'change'
      push(at, kind, now, head)
    },
  }
}
