import { CLOSE, type Position, samePosition } from '@vue-sync/vue/protocol'
import { MAIN_PASS, type Pass, type SessionAccess } from '../access/session-access.ts'
import type { RelayPeer } from './relay-peer.ts'
import type { Retained } from './retained.ts'
import type { RelayStats } from './relay-stats.ts'
import type { ViewerStatus } from './viewer-status.ts'

/**
 * A connected viewer. Holds its position in the stream and no messages: those are held once for all viewers.
 * There are thousands of these, so it is plain data without methods.
 */
export interface Viewer {
  readonly peer: RelayPeer
  readonly pass: Pass
  /** Unique on this node. */
  readonly number: number
  /** When it connected, in milliseconds since 1970. */
  readonly since: number
  position: Position | undefined
  /** The number of the status that it last received. */
  statusNumber: number
  /** Bytes buffered after the last send. While 0, its peer need not be asked. */
  lastBuffered: number
  /** Whether a message was withheld because it is slow. */
  isWithheld: boolean
}

export interface AudienceOptions {
  /** Buffered bytes above which a viewer receives nothing more until it has drained. */
  highWaterMark: number
  retained: Retained
  status: ViewerStatus
  access: SessionAccess
  stats: RelayStats
  /** Called when a viewer came or left. */
  onCountChange: () => void
  /** A clock in milliseconds; only differences matter. @default performance.now */
  now?: (() => number) | undefined
}

/** The viewers of one session on this node. */
export interface Audience {
  readonly size: number
  /** The sum over all viewers. */
  readonly bufferedBytes: number
  list: () => readonly Viewer[]
  add: (peer: RelayPeer, position: Position | undefined, pass?: Pass) => Viewer
  remove: (viewer: Viewer) => void
  /** Viewers by the id of the token that they were admitted with. */
  countByToken: () => Map<string, number>
  /**
   * Sends a viewer the messages that it lacks, as far as its buffer allows: when it connects, on every
   * message, and when it has drained. A stalled viewer therefore costs at most the high-water mark and one
   * message, however long it stalls.
   */
  pump: (viewer: Viewer) => void
  pumpAll: () => void
  /** The lowest `seq` of the viewers in `epoch`, without those below `from`; `Infinity` without any. */
  lowestSeq: (epoch: string, from: number) => number
  /** Sends the status to every viewer. */
  sendStatus: () => void
  /** Closes the viewers whose pass was revoked or has expired. */
  closeRevoked: () => void
  /** Closes the viewers that have read nothing for half a minute although bytes wait for them. They may come back. */
  closeStalled: () => void
  /** Closes one viewer, which may connect again. Returns `false` when it is not on this node. */
  kick: (number: number) => boolean
  close: (code: number, reason: string) => void
}

/** How long a viewer may read nothing while bytes wait for it. Until then it keeps old messages in memory. */
const STALL_MS = 30_000

let viewerNumber = 0

export function createAudience(options: AudienceOptions): Audience {
  const {
    highWaterMark,
    retained,
    status,
    access,
    stats,
    onCountChange,
    now = () => performance.now(),
  } = options
  const viewers = new Set<Viewer>()
  /** What the viewers have read for which bytes waited at the last check, and since when it is that much. */
  const waiting = new Map<Viewer, { delivered: number; since: number }>()
  /** Increases with each status that every viewer must receive. */
  let statusNumber = 0
  let expiryTimer: ReturnType<typeof setTimeout> | undefined

  function pump(viewer: Viewer): void {
    const { peer } = viewer
    const { head } = retained
    // Compared by identity first, as this runs for each viewer and message.
    while (viewer.position !== head) {
      if (viewer.lastBuffered > 0 && peer.buffered() > highWaterMark) {
        viewer.isWithheld = true
        return
      }
      const entry = retained.next(viewer.position)
      if (!entry) break
      if (viewer.isWithheld) {
        viewer.isWithheld = false
        if (entry.snapshot) stats.conflations++
      }
      viewer.lastBuffered = peer.send(entry.bytes, entry.binary)
      viewer.position = entry.position
      stats.messagesOut++
      stats.bytesOut += entry.bytes.length
    }
    if (viewer.statusNumber === statusNumber) return
    viewer.statusNumber = statusNumber
    const bytes = status.bytes(samePosition(viewer.position, head))
    viewer.lastBuffered = peer.send(bytes, false)
    stats.messagesOut++
    stats.bytesOut += bytes.length
  }

  function pumpAll(): void {
    for (const viewer of viewers) pump(viewer)
  }

  function remove(viewer: Viewer): void {
    waiting.delete(viewer)
    if (viewers.delete(viewer)) onCountChange()
  }

  function closeRevoked(): void {
    for (const viewer of viewers) {
      const problem = access.problem(viewer.pass)
      if (problem === undefined) continue
      stats.reject(CLOSE.revoked)
      viewer.peer.close(CLOSE.revoked, problem)
      remove(viewer)
    }
  }

  function closeStalled(): void {
    const time = now()
    for (const viewer of viewers) {
      const { peer } = viewer
      if (viewer.lastBuffered === 0 || !peer.delivered || peer.buffered() === 0) {
        waiting.delete(viewer)
        continue
      }
      const delivered = peer.delivered()
      const last = waiting.get(viewer)
      if (!last || delivered > last.delivered) waiting.set(viewer, { delivered, since: time })
      else if (time - last.since >= STALL_MS) {
        stats.reject(CLOSE.stale)
        peer.close(CLOSE.stale, 'The connection took no more data')
        remove(viewer)
      }
    }
  }

  function scheduleExpiry(): void {
    clearTimeout(expiryTimer)
    const delay = access.timeToExpiry([...viewers].map(({ pass }) => pass))
    if (delay === undefined) return
    expiryTimer = setTimeout(() => {
      closeRevoked()
      scheduleExpiry()
    }, delay)
  }

  function countResume(position: Position): void {
    if (samePosition(position, retained.head)) stats.resumes.none++
    else if (retained.next(position)?.snapshot === false) stats.resumes.tail++
    else stats.resumes.full++
  }

  return {
    get size() {
      return viewers.size
    },
    get bufferedBytes() {
      let bytes = 0
      for (const { peer } of viewers) bytes += peer.buffered()
      return bytes
    },
    list: () => [...viewers],
    add(peer, position, pass = MAIN_PASS) {
      const viewer: Viewer = {
        peer,
        pass,
        number: ++viewerNumber,
        since: Date.now(),
        position,
        statusNumber: -1,
        lastBuffered: 0,
        isWithheld: false,
      }
      viewers.add(viewer)
      if (pass.expires !== undefined) scheduleExpiry()
      if (position) countResume(position)
      pump(viewer)
      onCountChange()
      return viewer
    },
    remove,
    countByToken() {
      const counts = new Map<string, number>()
      for (const { pass } of viewers) counts.set(pass.id, (counts.get(pass.id) ?? 0) + 1)
      return counts
    },
    pump,
    pumpAll,
    lowestSeq(epoch, from) {
      let lowest = Number.POSITIVE_INFINITY
      for (const { position } of viewers)
        if (position?.epoch === epoch && position.seq >= from && position.seq < lowest)
          lowest = position.seq
      return lowest
    },
    sendStatus() {
      statusNumber++
      pumpAll()
    },
    closeRevoked,
    closeStalled,
    kick(number) {
      for (const viewer of viewers) {
        if (viewer.number !== number) continue
        viewer.peer.close(CLOSE.sessionOver, 'The operator of the relay ended this connection')
        remove(viewer)
        return true
      }
      return false
    },
    close(code, reason) {
      clearTimeout(expiryTimer)
      expiryTimer = undefined
      for (const { peer } of viewers) peer.close(code, reason)
      viewers.clear()
      waiting.clear()
    },
  }
}
