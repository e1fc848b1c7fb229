import {
  backoffDelay,
  type BackoffOptions,
  type Position,
  readHeader,
  readMessageHead,
  readPart,
} from '../../protocol/index.ts'
import type { Transport } from '../viewer-world.ts'
import {
  type ArrivingEvent,
  LOST,
  type TransportClosed,
  TransportSocket,
} from './transport-socket.ts'

/** The state that all dials of a viewer share. */
export interface FallbackSetup {
  open: Record<Transport, (url: string, protocols: string[]) => WebSocket | TransportSocket>
  /** The address with the present position. */
  url: () => string
  probe: BackoffOptions
  random: () => number
  onTransport: (transport: Transport) => void
  onLongFrame: (received: number, total: number | undefined) => void
  /** The transport that a dial begins with. */
  preferred: () => Transport
  prefer: (transport: Transport) => void
  /** Probes that brought nothing, since the network changed. */
  probes: number
  /** Streams in a row that were cut off. */
  cuts: number
  /** When frames last arrived by another transport than a socket. */
  liveAt: number
  /** The network has changed since the latest probe. */
  isNewNetwork: boolean
}

/** The best first. Each carries whatever the ones before it carry. */
const ORDER: readonly Transport[] = ['socket', 'stream', 'poll']
/** The transport that worked last gets this long to bring a frame before another one is tried beside it. */
const HEAD_START_MS = 2000
/** A probe, or the last resort of a dial, must bring a frame within this time. */
const LONGEST_TRY_MS = 8000
/** A transport that replaced another one has proved itself after this long. */
const PROVED_MS = 30_000
/** Streams in a row that are cut off, before the viewer polls. */
const MOST_CUTS = 3
/** A stream that brought nothing for this long was held back: a relay sends a status every 15 s. */
const SILENT_MS = 30_000
/** Keeps the connection alive while a long frame arrives, as a part does on a socket. It says nothing. */
const NOTHING = '{"type":"status","payload":{}}'

/** A transport that was asked for frames. */
interface Try {
  transport: Transport
  socket: WebSocket | TransportSocket
  stop: AbortController
  timer?: ReturnType<typeof setTimeout>
}

/** Where a frame leads to, also a part of one. */
function headOf(data: unknown): ({ type: string } & Position) | undefined {
  if (data instanceof ArrayBuffer) {
    const bytes = new Uint8Array(data)
    return readPart(bytes)?.header.message ?? readHeader(bytes)?.header
  }
  const head = readMessageHead(data)
  return head && head.type !== 'status' ? head : undefined
}

/**
 * One connection that finds a transport which works, and moves to a better one when that works again. Its user sees
 * one socket: while it moves, nothing is lost, and nothing arrives that would set the state back.
 */
export function openFallback(
  setup: FallbackSetup,
  url: string,
  protocols: string[],
): TransportSocket {
  /** Those that have brought no frame yet. */
  const pending = new Map<Transport, Try>()
  const tried = new Set<Transport>()
  let current: Try | undefined
  /** The transport that `current` replaced, and when. */
  let replaced: { transport: Transport; at: number } | undefined
  /** Where the frames of `current` have led to. */
  let delivered: Position | undefined
  let lastFrameAt = Date.now()
  let timer: ReturnType<typeof setTimeout> | undefined
  /** A probe found only what was already known, and may try once more with the present position. */
  let mayRepeat = true
  const isSuspect = Math.abs(Date.now() - setup.liveAt) > PROVED_MS

  const socket = new TransportSocket(url, {
    send: (data) => current?.socket.send(data),
    buffered: () => current?.socket.bufferedAmount ?? 0,
    close(code, reason) {
      const isSilent = Math.abs(Date.now() - lastFrameAt) > SILENT_MS
      if (current?.transport === 'stream' && isSilent) setup.prefer('poll')
      stopAll(code, reason)
    },
  })

  function drop(one: Try, code?: number, reason?: string): void {
    one.stop.abort()
    clearTimeout(one.timer)
    pending.delete(one.transport)
    try {
      one.socket.close(code, reason)
    } catch {
      // A socket refuses codes that only relays may use.
      one.socket.close()
    }
  }
  function stopAll(code?: number, reason?: string): void {
    clearTimeout(timer)
    for (const one of pending.values()) drop(one)
    if (current) drop(current, code, reason)
    current = undefined
  }
  function finish(code: number, reason: string): void {
    stopAll()
    socket.end(code, reason)
  }

  function start(transport: Transport, at: string, within?: number): void {
    if (pending.has(transport)) return
    tried.add(transport)
    const stop = new AbortController()
    const { signal } = stop
    const one: Try = { transport, socket: setup.open[transport](at, protocols), stop }
    pending.set(transport, one)
    one.socket.binaryType = 'arraybuffer'
    if (within !== undefined) limit(one, within)
    const on = (type: string, listener: (event: never) => void): void =>
      one.socket.addEventListener(type, listener as (event: Event) => void, { signal })
    on('open', () => {
      socket.open()
      // An answer has begun, so silence is what ends it.
      if (transport !== 'socket') clearTimeout(one.timer)
    })
    on('message', ({ data }: MessageEvent) => receive(one, data))
    on('arriving', ({ detail }: ArrivingEvent) => {
      if (!current) adopt(one)
      if (current !== one) return
      setup.onLongFrame(detail.received, detail.total)
      pass(NOTHING)
    })
    // The end follows. The `ws` package throws without a listener, also after the socket was given up.
    one.socket.addEventListener('error', () => {})
    on('close', (event: TransportClosed) => ended(one, event))
  }
  function limit(one: Try, within: number): void {
    clearTimeout(one.timer)
    one.timer = setTimeout(() => {
      drop(one)
      failed(one.transport)
    }, within)
  }

  function pass(data: unknown): void {
    lastFrameAt = Date.now()
    if (current?.transport !== 'socket') setup.liveAt = lastFrameAt
    socket.receive(data)
  }

  function receive(one: Try, data: unknown): void {
    if (one !== current) {
      const head = current && headOf(data)
      const setsBack =
        head?.type === 'session_update' &&
        head.epoch === delivered?.epoch &&
        head.seq <= delivered.seq
      if (setsBack) return probeAgain(one)
      adopt(one)
    }
    if (one.transport !== 'socket') delivered = headOf(data) ?? delivered
    pass(data)
  }

  function adopt(one: Try): void {
    const before = current
    pending.delete(one.transport)
    clearTimeout(one.timer)
    if (before) drop(before)
    replaced = before && { transport: before.transport, at: Date.now() }
    current = one
    for (const other of pending.values())
      if (ORDER.indexOf(other.transport) > ORDER.indexOf(one.transport)) drop(other)
      // A better transport goes on as a probe.
      else limit(other, LONGEST_TRY_MS)
    if (one.transport === 'socket' && !before) setup.probes = 0
    setup.prefer(one.transport)
    setup.onTransport(one.transport)
    socket.open()
    scheduleProbe()
  }

  function ended(one: Try, { code, reason, fault }: TransportClosed): void {
    one.stop.abort()
    clearTimeout(one.timer)
    pending.delete(one.transport)
    if (one.transport === 'stream') setup.cuts = fault === 'cut' ? setup.cuts + 1 : 0
    if (one !== current) {
      // The relay itself has refused the viewer. A probe that is refused changes nothing.
      if (!current && code >= 4000 && code <= 4499) return finish(code, reason)
      return failed(one.transport, fault !== undefined)
    }
    current = undefined
    // A relay ends a request when the same viewer sends another one, which a stream does that is tried beside polls.
    if (pending.size > 0) return
    const isUnproved = replaced && Math.abs(Date.now() - replaced.at) < PROVED_MS
    if (fault === 'held') return poll()
    if (isUnproved && (code < 4000 || code > 4499)) {
      setup.probes++
      setup.prefer(replaced!.transport)
      return start(replaced!.transport, setup.url(), LONGEST_TRY_MS)
    }
    if (setup.cuts >= MOST_CUTS) setup.prefer('poll')
    finish(code, reason)
  }

  /** @param isHeld plain HTTP works, and only a whole answer arrives */
  function failed(transport: Transport, isHeld = false): void {
    if (current) {
      const isNext = current.transport === 'poll' && transport === 'socket'
      if (isNext && !pending.has('stream')) start('stream', setup.url(), LONGEST_TRY_MS)
      else if (pending.size === 0) scheduleProbe()
      return
    }
    if (isHeld) return poll()
    const next = ORDER.find((other) => other !== 'poll' && !tried.has(other))
    clearTimeout(timer)
    if (next) start(next, setup.url())
    else if (pending.size === 0) finish(LOST, '')
  }

  function poll(): void {
    // From here on, this dial has its own limit, also for a socket that brings nothing and never ends.
    socket.open()
    for (const other of pending.values()) limit(other, LONGEST_TRY_MS)
    start('poll', setup.url(), LONGEST_TRY_MS)
  }

  function scheduleProbe(): void {
    clearTimeout(timer)
    if (!current || current.transport === ORDER[0] || pending.size > 0) return
    const isUrgent = setup.isNewNetwork || (isSuspect && !tried.has('socket'))
    setup.isNewNetwork = false
    timer = setTimeout(
      () => start('socket', setup.url(), LONGEST_TRY_MS),
      isUrgent ? 0 : backoffDelay(setup.probes++, setup.probe, setup.random()),
    )
  }
  function probeAgain(one: Try): void {
    drop(one)
    if (mayRepeat) start(one.transport, setup.url(), LONGEST_TRY_MS)
    else failed(one.transport)
    mayRepeat = false
  }

  const first = setup.preferred()
  start(first, url)
  timer = setTimeout(() => start(first === 'socket' ? 'stream' : 'socket', url), HEAD_START_MS)
  return socket
}
