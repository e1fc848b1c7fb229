import { TOKEN_PREFIX } from '../../protocol/index.ts'
import type { Frame } from './frame-lines.ts'
import { createRequestPace } from './request-pace.ts'
import { type RequestContext, requestFrames } from './request-frames.ts'
import { type Fault, LOST, TransportSocket } from './transport-socket.ts'

/** How one transport that repeats requests differs from another. */
export interface HttpPlan {
  /** The resource and query of a request. `query` has the position, or is empty. */
  resourceFor: (query: string, isFirst: boolean) => string
  onAnswer?: () => void
  onBytes?: () => void
  onFrame?: (frame: Frame, type: unknown) => void
  /** Whether answers with state often come soon after their request. @default false */
  isOften?: boolean
  /**
   * Why an answer ended without `next`, if the plan can tell.
   *
   * @param status of the answer: 200 if it had frames, `undefined` if there was none
   */
  faultAfter?: (status: number | undefined) => Fault | undefined
  stop?: () => void
}

/** Gives the address of a session over HTTP, with a slash at its end, and the query with the position. */
export function readAddress(socketUrl: string): { base: string; query: string } {
  const url = new URL(socketUrl)
  // Each answer has whole messages.
  url.searchParams.delete('parts')
  const { protocol, host, pathname, searchParams } = url
  const base = `${protocol.replace('ws', 'http')}//${host}${pathname.replace(/\/?$/, '/')}`
  return { base, query: searchParams.toString() }
}

/** Follows a session by request after request, of which each begins where the one before ended. */
export function openHttpSocket(
  context: RequestContext,
  url: string,
  protocols: readonly string[],
  planFor: (lose: (fault: Fault) => void) => HttpPlan,
): TransportSocket {
  const { base, query: from } = readAddress(url)
  // The encoded form is right for every key. A plain one must be visible ASCII.
  const key = protocols.find((entry) => entry.startsWith(TOKEN_PREFIX))
  const stop = new AbortController()
  const pace = createRequestPace()
  let waiting: ReturnType<typeof setTimeout> | undefined
  const socket = new TransportSocket(url, { close: stopAll })
  const plan = planFor(lose)

  function stopAll(): void {
    stop.abort()
    clearTimeout(waiting)
    plan.stop?.()
  }
  function lose(fault: Fault | undefined, code: number = LOST, reason = ''): void {
    stopAll()
    socket.end(code, reason, fault)
  }

  async function follow(): Promise<void> {
    let query = from
    let isFirst = true
    while (!stop.signal.aborted) {
      let status: number | undefined
      let hasState = false
      pace.begin()
      const ending = await requestFrames({
        ...context,
        url: base + plan.resourceFor(query, isFirst),
        key,
        signal: stop.signal,
        onAnswer() {
          status = 200
          socket.open()
          plan.onAnswer?.()
        },
        onOther: (other) => (status = other),
        onBytes: () => plan.onBytes?.(),
        onFrame(frame, type) {
          hasState ||= type !== 'status'
          plan.onFrame?.(frame, type)
          socket.receive(frame)
        },
        onLongFrame: (received, total) => socket.arriving(received, total),
      }).catch(() => undefined)
      if (stop.signal.aborted) return
      if (!ending) return lose(plan.faultAfter?.(status))
      if ('code' in ending) return lose(undefined, ending.code, ending.reason)
      ;({ query } = ending)
      isFirst = false
      const wait = pace.waitAfter(hasState && plan.isOften === true)
      if (wait > 0) await new Promise((resolve) => (waiting = setTimeout(resolve, wait)))
    }
  }

  // The user listens from the next line on.
  queueMicrotask(() => void follow())
  return socket
}
