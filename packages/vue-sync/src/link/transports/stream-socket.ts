import { openHttpSocket } from './http-socket.ts'
import type { RequestContext } from './request-frames.ts'
import type { TransportSocket } from './transport-socket.ts'

/** A stream without any byte for this long is held back: the relay sends the state at once. */
const HELD_MS = 4000
/** The same for the rest of a state of which a part has arrived, because a slow network has pauses. */
const HELD_REST_MS = 12_000
/** A stream that ends without `next` so soon was cut off by a proxy. */
const CUT_MS = 10_000
/** An operator may turn streams off in front of a cache. */
const MISSING: ReadonlySet<number> = new Set([404, 405, 501])

/** Follows a session by requests of which each brings frames for up to 60 s. */
export function openStream(
  context: RequestContext,
  url: string,
  protocols: readonly string[],
): TransportSocket {
  return openHttpSocket(context, url, protocols, (lose) => {
    let began = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    /** The relay ends the state with a status. Later, silence is normal between two heartbeats. */
    let isWhole = false

    function expectBytes(within: number): void {
      clearTimeout(timer)
      if (isWhole) return
      timer = setTimeout(() => lose('held'), within)
    }
    return {
      resourceFor(query, isFirst) {
        began = Date.now()
        isWhole = false
        // Some proxies hold back the header lines too.
        if (isFirst) expectBytes(HELD_MS)
        return query ? `stream?${query}` : 'stream'
      },
      onAnswer: () => expectBytes(HELD_MS),
      onBytes: () => expectBytes(HELD_REST_MS),
      onFrame(_, type) {
        isWhole ||= type === 'status'
        if (isWhole) clearTimeout(timer)
      },
      faultAfter(status) {
        if (status === undefined) return undefined
        if (MISSING.has(status)) return 'held'
        return status === 200 && Math.abs(Date.now() - began) < CUT_MS ? 'cut' : undefined
      },
      stop: () => clearTimeout(timer),
    }
  })
}
