import { randomSecret } from '../../protocol/index.ts'
import type { DialerOptions, Transport, TransportStorage } from '../viewer-world.ts'
import { type FallbackSetup, openFallback } from './fallback-socket.ts'
import { openPoll } from './poll-socket.ts'
import type { RequestContext } from './request-frames.ts'
import { openStream } from './stream-socket.ts'
import { createTransportMemory } from './transport-memory.ts'
import type { TransportSocket } from './transport-socket.ts'

/** The first wait before a better transport is tried again in milliseconds, the longest one, and what each is times the one before. */
const PROBE = { first: 60_000, max: 600_000, factor: 2 }
/** A shorter frame shows no progress, which would only flicker. */
const QUICK_MS = 250

/** The other transports, which a viewer loads only if its sockets do not work. */
export interface Fallback {
  dial: (url: string, protocols: string[]) => TransportSocket
  stop: () => void
}

/** Missing from TypeScript's DOM types and from some browsers. */
interface NetworkInformation extends EventTarget {
  type?: string
}

/** Calls `onChange` when the device is in another network, as far as its browser tells. Gives a function that stops it. */
function followNetwork(onChange: () => void): () => void {
  const stop = new AbortController()
  const { signal } = stop
  globalThis.window?.addEventListener('online', onChange, { signal })
  const network = (globalThis.navigator as { connection?: NetworkInformation } | undefined)
    ?.connection
  let type = network?.type
  // Also fires for each new estimate of the speed.
  network?.addEventListener?.(
    'change',
    () => {
      if (network.type === type) return
      type = network.type
      onChange()
    },
    { signal },
  )
  return () => stop.abort()
}

export function createFallback(
  { world, relay, url, onTransport, onProgress }: DialerOptions,
  storage: TransportStorage | undefined,
  key: string,
): Fallback {
  const memory = createTransportMemory(storage, key)
  const context: RequestContext = {
    fetch: (input, init) => (world.fetch ?? globalThis.fetch)(input, init),
    viewer: randomSecret(),
  }
  /** The transport that worked last. Plain HTTP may work in another network too, so a change of the network does not end it. */
  let latest: { relay: string; transport: Transport } | undefined
  let shownAt = 0
  let began: number | undefined
  /** How far the frame was that arrived last. */
  let last = 0

  const setup: FallbackSetup = {
    open: {
      socket: (at, protocols) => new (world.WebSocket ?? WebSocket)(at, protocols),
      stream: (at, protocols) => openStream(context, at, protocols),
      poll: (at, protocols) => openPoll(context, at, protocols),
    },
    url() {
      const at = url()
      return `${at}${at.includes('?') ? '&' : '?'}parts=1`
    },
    probe: { ...PROBE, ...world.probe },
    random: world.random ?? Math.random,
    onTransport,
    onLongFrame(received, total) {
      const now = Date.now()
      if (received < last || began === undefined) began = now
      last = received
      const isDue = Math.abs(now - began) > QUICK_MS && Math.abs(now - shownAt) > QUICK_MS
      if (total === undefined || !isDue) return
      shownAt = now
      onProgress({ received, total })
    },
    preferred: () =>
      (latest?.relay === relay() ? latest.transport : memory.read(relay())) ?? 'socket',
    prefer(transport) {
      latest = { relay: relay(), transport }
      memory.write(relay(), transport)
    },
    probes: 0,
    cuts: 0,
    liveAt: 0,
    isNewNetwork: false,
  }

  let stopFollowing: (() => void) | undefined
  function changeNetwork(): void {
    // The next page begins with a socket.
    memory.write(relay(), 'socket')
    setup.probes = 0
    setup.isNewNetwork = true
  }
  return {
    dial(at, protocols) {
      stopFollowing ??= followNetwork(changeNetwork)
      return openFallback(setup, at, protocols)
    },
    stop() {
      stopFollowing?.()
      stopFollowing = undefined
    },
  }
}
