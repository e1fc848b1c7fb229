import type { Peer } from 'crossws'
import type { RelayPeer } from './session/relay-peer.ts'
import { textOf } from './text-frames.ts'

/** Between two checks whether a full socket has drained. crossws 0.3 and Deno have no event for it. */
const DRAIN_CHECK_MS = 25
const CLOSING = 2

/** Frames are not compressed, as all viewers share their bytes. */
const TEXT_FRAME = { binary: false, compress: false } as { compress: boolean }
const BINARY_FRAME = { binary: true, compress: false } as { compress: boolean }

/** The parts of an adapter's socket that are used here. Each adapter has some of them. */
interface AnySocket {
  readyState?: number
  bufferedAmount?: number
  /** Bun. */
  getBufferedAmount?: () => number
  /** Node: the sockets of `ws` are event emitters. */
  once?: unknown
}

export interface PortablePeersOptions {
  /** Buffered bytes above which the relay waits for a drain. */
  highWaterMark: number
  /** Called when a socket that was above the mark has drained. */
  onDrain: (peer: Peer) => void
}

const socketOf = (peer: Peer): AnySocket => peer.websocket as AnySocket

function isGone(peer: Peer): boolean {
  return (socketOf(peer).readyState ?? CLOSING) >= CLOSING
}

function bufferedBytes(peer: Peer): number {
  // crossws 0.3 has no `bufferedAmount` of its own.
  const amount = (peer as Partial<Peer>).bufferedAmount
  if (amount !== undefined) return amount
  const socket = socketOf(peer)
  return socket.bufferedAmount ?? socket.getBufferedAmount?.() ?? 0
}

/** Wraps peers of any adapter of crossws 0.3 and 0.4. Full sockets are checked at an interval until they drain. */
export function createPortablePeers(options: PortablePeersOptions): (peer: Peer) => RelayPeer {
  const { highWaterMark, onDrain } = options
  const full = new Set<Peer>()
  let timer: ReturnType<typeof setInterval> | undefined

  function remove(peer: Peer): void {
    full.delete(peer)
    if (full.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  function checkFull(): void {
    for (const peer of full) {
      if (!isGone(peer) && bufferedBytes(peer) > highWaterMark) continue
      remove(peer)
      if (!isGone(peer)) onDrain(peer)
    }
  }

  return (peer) => {
    // Only `ws` sends bytes as a text frame. All others send text as a string.
    const isNode = typeof socketOf(peer).once === 'function'
    let accepted = 0
    return {
      send(bytes, binary) {
        accepted += bytes.length
        if (isNode) peer.send(bytes, binary ? BINARY_FRAME : TEXT_FRAME)
        else peer.send(binary ? bytes : textOf(bytes), TEXT_FRAME)
        return bufferedBytes(peer)
      },
      close(code, reason) {
        remove(peer)
        peer.close(code, reason)
      },
      buffered() {
        const bytes = bufferedBytes(peer)
        // Above the mark, the caller sends nothing more until `onDrain` is called.
        if (bytes > highWaterMark) {
          full.add(peer)
          timer ??= setInterval(checkFull, DRAIN_CHECK_MS)
        }
        return bytes
      },
      delivered: () => accepted - bufferedBytes(peer),
      // Deno, and others with the WebSocket of the web.
      countsWholeMessages: !isNode && socketOf(peer).getBufferedAmount === undefined,
    }
  }
}
