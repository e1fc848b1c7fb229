import {
  applyReceipt,
  CLOSE,
  PART_BYTES,
  type Position,
  type Receipt,
  samePosition,
} from '@vue-sync/vue/protocol'
import { MAIN_PASS, type Pass, type SessionAccess } from '../access/session-access.ts'
import { type RelayPeer, SLOWEST_LINK } from './relay-peer.ts'
import type { Entry, Retained } from './retained.ts'
import type { RelayStats } from './relay-stats.ts'
import type { ViewerStatus } from './viewer-status.ts'
import { sendPart, startViewerTransfer, type ViewerTransfer } from './viewer-transfer.ts'

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
  /** Whether it can receive long messages in parts. */
  readonly knowsParts: boolean
  position: Position | undefined
  /** The number of the status that it last received. */
  statusNumber: number
  /** Bytes buffered after the last send. While 0, its peer need not be asked. */
  lastBuffered: number
  /** Whether a message was withheld because it is slow. */
  isWithheld: boolean
  /** The message that is being sent in parts. Later messages wait for its last part, but not the status. */
  transfer: ViewerTransfer | undefined
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
  /** Whether one of them is connected over HTTP. */
  readonly hasHttpViewers: boolean
  /** The sum over all viewers. */
  readonly bufferedBytes: number
  list: () => readonly Viewer[]
  /** @param knowsParts whether the viewer can receive long messages in parts. @default false */
  add: (
    peer: RelayPeer,
    position: Position | undefined,
    pass?: Pass,
    knowsParts?: boolean,
  ) => Viewer
  remove: (viewer: Viewer) => void
  /** Viewers by the id of the token that they were admitted with. */
  countByToken: () => Map<string, number>
  /**
   * Sends a viewer the messages that it lacks, as far as its buffer allows: when it connects, on every
   * message, and when it has drained. A stalled viewer therefore costs at most the high-water mark and one
   * message, however long it stalls.
   */
  pump: (viewer: Viewer) => void
  /** Applies what a viewer says about the parts that have arrived. */
  confirm: (viewer: Viewer, receipt: Receipt) => void
  pumpAll: () => void
  /** Sends a viewer what follows another position, and a status: over HTTP, it states its position again and again. */
  resume: (viewer: Viewer, position: Position | undefined) => void
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
/**
 * The system takes bytes of a long message in steps of up to this many, so a slow viewer seems to read nothing while it
 * reads what the system holds. Viewers that know parts confirm what they read.
 */
const SYSTEM_BYTES = 2 * 1024 * 1024

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
  /**
   * What the viewers have read for which bytes waited at the last check, since when it is that much, and the most bytes
   * that have waited.
   */
  const waiting = new Map<Viewer, { delivered: number; since: number; most: number }>()
  /** Increases with each status that every viewer must receive. */
  let statusNumber = 0
  let expiryTimer: ReturnType<typeof setTimeout> | undefined
  let httpViewers = 0

  /** @param receiving bytes of a message that is being sent, or is sent next */
  function sendStatusIfNew(viewer: Viewer, receiving = viewer.transfer?.total): void {
    if (viewer.statusNumber === statusNumber) return
    viewer.statusNumber = statusNumber
    const isCurrent = receiving === undefined && samePosition(viewer.position, retained.head)
    const bytes = status.bytes(isCurrent, receiving)
    const { peer } = viewer
    viewer.lastBuffered = peer.sendStatus?.(bytes) ?? peer.send(bytes, false)
    stats.messagesOut++
    stats.bytesOut += bytes.length
  }

  /** A short message may unpack to a long one, so a viewer must know a limit that is not the default one before it. */
  function announceLimit(viewer: Viewer): void {
    const next = viewer.knowsParts && status.hasLimit ? retained.next(viewer.position) : undefined
    if (!next) return
    sendStatusIfNew(viewer, next.bytes.length)
    viewer.statusNumber = -1
  }

  /** Returns whether a part was sent. */
  function sendNextPart(viewer: Viewer, transfer: ViewerTransfer): boolean {
    const { sent, entry } = transfer
    const buffered = sendPart(viewer.peer, transfer, now())
    if (buffered === undefined) return false
    viewer.lastBuffered = buffered
    stats.messagesOut++
    stats.bytesOut += transfer.sent - sent
    if (transfer.sent < transfer.total) return true
    viewer.transfer = undefined
    viewer.position = entry.position
    // The statuses that it got meanwhile had no position.
    viewer.statusNumber = -1
    return true
  }

  function sendEntry(viewer: Viewer, entry: Entry): number {
    const { peer } = viewer
    const buffered = peer.sendEntry?.(entry)
    if (buffered === undefined) return peer.send(entry.bytes, entry.binary)
    viewer.statusNumber = -1
    return buffered
  }

  function pump(viewer: Viewer): void {
    const { peer } = viewer
    const { head } = retained
    // Compared by identity first, as this runs for each viewer and message.
    while (viewer.transfer || viewer.position !== head) {
      if (viewer.lastBuffered > 0 && peer.buffered() > highWaterMark) {
        viewer.isWithheld = true
        return
      }
      if (viewer.transfer) {
        if (sendNextPart(viewer, viewer.transfer)) continue
        break
      }
      const entry = retained.next(viewer.position)
      if (!entry) break
      if (viewer.isWithheld) {
        viewer.isWithheld = false
        if (entry.snapshot) stats.conflations++
      }
      if (viewer.knowsParts && entry.bytes.length > PART_BYTES) {
        viewer.transfer = startViewerTransfer(entry)
        // A long message takes a while, so the viewer learns first whether the host is there.
        sendStatusIfNew(viewer)
        continue
      }
      viewer.lastBuffered = sendEntry(viewer, entry)
      viewer.position = entry.position
      stats.messagesOut++
      stats.bytesOut += entry.bytes.length
    }
    sendStatusIfNew(viewer)
  }

  function pumpAll(): void {
    for (const viewer of viewers) pump(viewer)
  }

  function remove(viewer: Viewer): void {
    waiting.delete(viewer)
    if (!viewers.delete(viewer)) return
    if (viewer.peer.isOverHttp) httpViewers--
    onCountChange()
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

  /** A count that grows while the viewer reads; `undefined` if nothing waits for it. */
  function unconfirmed({ peer, transfer, lastBuffered }: Viewer): number | undefined {
    if (transfer) return transfer.received
    return lastBuffered > 0 && peer.buffered() > 0 ? peer.delivered?.() : undefined
  }

  function closeStalled(): void {
    const time = now()
    for (const viewer of viewers) {
      const { peer } = viewer
      const delivered = unconfirmed(viewer)
      if (delivered === undefined) {
        waiting.delete(viewer)
        continue
      }
      const last = waiting.get(viewer)
      const most = viewer.transfer ? 0 : Math.max(last?.most ?? 0, peer.buffered() - PART_BYTES)
      const step = peer.countsWholeMessages ? most : Math.min(most, SYSTEM_BYTES)
      const allowed = STALL_MS + step / SLOWEST_LINK
      if (!last || delivered !== last.delivered)
        waiting.set(viewer, { delivered, since: time, most })
      else if (time - last.since >= allowed) {
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
    get hasHttpViewers() {
      return httpViewers > 0
    },
    get bufferedBytes() {
      let bytes = 0
      for (const { peer } of viewers) bytes += peer.buffered()
      return bytes
    },
    list: () => [...viewers],
    add(peer, position, pass = MAIN_PASS, knowsParts = false) {
      const viewer: Viewer = {
        peer,
        pass,
        number: ++viewerNumber,
        since: Date.now(),
        knowsParts,
        position,
        statusNumber: -1,
        lastBuffered: 0,
        isWithheld: false,
        transfer: undefined,
      }
      viewers.add(viewer)
      if (peer.isOverHttp) httpViewers++
      if (pass.expires !== undefined) scheduleExpiry()
      if (position) countResume(position)
      announceLimit(viewer)
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
    confirm(viewer, receipt) {
      if (viewer.transfer && applyReceipt(viewer.transfer, receipt, now())) pump(viewer)
    },
    pumpAll,
    resume(viewer, position) {
      viewer.position = position
      viewer.statusNumber = -1
      viewer.lastBuffered = 0
      viewer.isWithheld = false
      pump(viewer)
    },
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
      httpViewers = 0
      waiting.clear()
    },
  }
}
