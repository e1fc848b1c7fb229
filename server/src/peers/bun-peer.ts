import type { Hooks, Peer } from 'crossws'
import { concat } from '@vue-sync/vue/protocol'
import type { Admission, RelayHooks } from '../core/connections.ts'
import { type RelayPeer, SLOWEST_LINK } from '../core/session/relay-peer.ts'
import { textOf } from '../core/text-frames.ts'
import { checkLiveness, LIVENESS_CHECKS, startLiveness } from './liveness.ts'

/**
 * Options of `Bun.serve` for its sockets. By default, Bun buffers 16 MiB for a slow socket and then drops
 * messages silently: `send` returns 0. The relay has a far lower mark of its own and sends the rest when the
 * socket has drained, so Bun must not drop anything.
 */
export const BUN_SOCKETS = {
  /** 0 means no limit: nothing is dropped. */
  backpressureLimit: 0,
  closeOnBackpressureLimit: false,
  /** Frames are not compressed, as all viewers share their bytes. */
  perMessageDeflate: false,
  /**
   * 0 means never. Bun begins this time anew with each message that it sends, so the heartbeat would keep a dead
   * connection open for ever. And it ends a slow one, whose system takes bytes in steps more than this time apart.
   */
  idleTimeout: 0,
  sendPings: false,
} as const

const UNCOMPRESSED = { compress: false }
const OPEN = 1

interface BunLink extends RelayPeer {
  /** Counts a message, a ping or a pong of the client. */
  countReceived: () => void
  check: (now: number, idleTimeout: number) => void
}

/** A connection on Bun, where text is sent as strings. */
function openBunLink(peer: Peer): BunLink {
  const liveness = startLiveness()
  let received = 0
  let accepted = 0
  const delivered = (): number => accepted - peer.bufferedAmount

  function send(bytes: Uint8Array, binary: boolean): number {
    accepted += bytes.length
    const sent = peer.send(binary ? bytes : textOf(bytes), UNCOMPRESSED) as number
    if (sent > 0) return 0
    // The message was dropped. The viewer reconnects with its position and receives it then.
    if (sent === 0 && peer.websocket.readyState === OPEN) peer.terminate()
    return peer.bufferedAmount
  }

  return {
    send,
    sendPart(header, slice) {
      const part = concat([header, slice])
      // The client confirms parts, so few of them are on their way.
      liveness.confirmed += part.length
      return send(part, true)
    },
    close: (code, reason) => peer.close(code, reason),
    buffered: () => peer.bufferedAmount,
    delivered,
    countReceived: () => void received++,
    check(now, idleTimeout) {
      const counts = { received, sent: accepted, delivered: delivered() }
      const state = checkLiveness(liveness, counts, now, idleTimeout)
      if (state === 'dead') peer.terminate()
      else if (state === 'ask' && peer.websocket.readyState === OPEN) peer.ping()
    },
  }
}

export interface BunPeersOptions {
  /** Milliseconds without a byte after which a connection is dead. @default 30000 */
  idleTimeout?: number | undefined
  /** Bytes of one message from a host. */
  hostMessage: number
}

/** The connections of one server on Bun. */
export interface BunPeers {
  toPeer: (peer: Peer) => RelayPeer
  /** Adds the count of what arrives to the hooks of the relay. */
  watch: (hooks: RelayHooks) => RelayHooks & Pick<Hooks, 'ping' | 'pong'>
  /** Starts the checks. */
  start: () => void
  stop: () => void
}

/**
 * Ends connections whose network has gone, and no slow one. Bun shows which messages and pongs have arrived, and how
 * many bytes it still holds for a client.
 */
export function createBunPeers(options: BunPeersOptions): BunPeers {
  const { idleTimeout = 30_000, hostMessage } = options
  const links = new Map<Peer, BunLink>()
  /** A message of a host that does not know parts is seen only when its last byte has arrived. */
  const uploadTime = hostMessage / SLOWEST_LINK
  let timer: ReturnType<typeof setInterval> | undefined

  function checkAll(): void {
    const now = performance.now()
    for (const [peer, link] of links) {
      const { role, knowsParts } = (peer.context ?? {}) as Partial<Admission>
      const isWhole = role === 'host' && !knowsParts
      link.check(now, isWhole ? idleTimeout + uploadTime : idleTimeout)
    }
  }

  function linkOf(peer: Peer): BunLink {
    let link = links.get(peer)
    if (!link) links.set(peer, (link = openBunLink(peer)))
    return link
  }
  const countReceived = (peer: Peer): void => links.get(peer)?.countReceived()

  return {
    toPeer: linkOf,
    watch: (hooks) => ({
      ...hooks,
      open(peer) {
        linkOf(peer)
        return hooks.open(peer)
      },
      message(peer, message) {
        countReceived(peer)
        return hooks.message(peer, message)
      },
      ping: countReceived,
      pong: countReceived,
      close(peer, details) {
        links.delete(peer)
        return hooks.close(peer, details)
      },
    }),
    start: () => void (timer ??= setInterval(checkAll, idleTimeout / LIVENESS_CHECKS)),
    stop: () => clearInterval(timer),
  }
}
