import type { Fallback } from './transports/index.ts'
import type { DialerOptions } from './viewer-world.ts'

/** Opens the connections of a viewer. */
export interface Dialer {
  /** For the link: opens a WebSocket, or what works in its place. */
  WebSocket: typeof WebSocket
  /** Loads what the next dial needs; `undefined` if that is nothing. */
  prepare: () => Promise<void> | undefined
  /** A frame has arrived. */
  reached: () => void
  /** The viewer has disconnected. It may dial again. */
  stop: () => void
}

const KEY = 'vue-sync:transports'
/** The first dial waits for the other transports for this long. Without them, it tries a WebSocket. */
const LONGEST_LOAD_MS = 2000

/**
 * Dials WebSockets. From the second dial in a row without a frame on, or if another transport worked before, it loads
 * the others and lets them choose.
 */
export function createDialer(options: DialerOptions): Dialer {
  const { world } = options
  let fallback: Fallback | undefined
  /** Dials since the last frame. */
  let dials = 0
  let storage = world.storage
  try {
    // Reading it throws where the user has blocked storage.
    if (typeof document !== 'undefined') storage ??= localStorage
  } catch {}

  async function load(): Promise<void> {
    try {
      const { createFallback } = await import('./transports/index.ts')
      fallback ??= createFallback(options, storage, KEY)
    } catch {
      // The page may come from the relay that does not answer.
    }
  }

  return {
    WebSocket: function (url: string, protocols: string[]) {
      if (!fallback && ++dials > 1) void load()
      const connection =
        fallback?.dial(url, protocols) ?? new (world.WebSocket ?? WebSocket)(url, protocols)
      world.onConnection?.(connection)
      return connection
    } as never,
    prepare() {
      try {
        if (!fallback && storage?.getItem(KEY)?.includes(options.relay()))
          return new Promise((resolve) => {
            const timer = setTimeout(resolve, LONGEST_LOAD_MS)
            void load().then(() => {
              clearTimeout(timer)
              resolve()
            })
          })
      } catch {}
      return undefined
    },
    reached: () => (dials = 0),
    stop() {
      dials = 0
      fallback?.stop()
    },
  }
}
