import { openHttpSocket } from './http-socket.ts'
import type { RequestContext } from './request-frames.ts'
import type { TransportSocket } from './transport-socket.ts'

/** An answer without state comes after a wait, unless the status has changed or something answers in the relay's place. */
const QUICK_MS = 1000
/** Quick answers without state in a row, before the next request waits. */
const MOST_QUICK = 3

/** Follows a session by requests that the relay answers when there is something new. */
export function openPoll(
  context: RequestContext,
  url: string,
  protocols: readonly string[],
): TransportSocket {
  return openHttpSocket(context, url, protocols, () => {
    let began = 0
    let hasState = false
    let quick = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    return {
      resourceFor(query, isFirst) {
        began = Date.now()
        hasState = false
        if (!isFirst) return `log?${query}&live=1`
        return query ? `log?${query}` : 'state'
      },
      onFrame(_, type) {
        hasState ||= type !== 'status'
      },
      beforeNext() {
        const isQuick = !hasState && Math.abs(Date.now() - began) < QUICK_MS
        quick = isQuick ? quick + 1 : 0
        if (quick <= MOST_QUICK) return undefined
        return new Promise((resolve) => {
          timer = setTimeout(resolve, QUICK_MS)
        })
      },
      stop: () => clearTimeout(timer),
    }
  })
}
