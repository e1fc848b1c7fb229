import { CLOSE, formatSocketUrl, offerProtocols, parseLink } from '@vue-sync/vue/protocol'

/** `open`: a relay lets this viewer in, or says later why not. `locked`: it wants a key. `silent`: no relay answers. */
export type Answer = 'open' | 'locked' | 'silent'

/** A dial without an answer after this time counts as unanswered. */
const DIAL_MS = 4000
/** The next candidate is dialled after this time, while the one before may still answer. */
const NEXT_AFTER_MS = 1000
/** Codes of the protocol, which only a relay sends. */
const isFromRelay = (code: number): boolean => code >= 4000 && code < 5000

/** Dials a relay once, and hangs up as soon as it has answered. */
export function dial(link: string): Promise<Answer> {
  return new Promise((resolve) => {
    const address = parseLink(link)!
    let socket: WebSocket | undefined
    const timer = setTimeout(() => end('silent'), DIAL_MS)
    function end(answer: Answer): void {
      clearTimeout(timer)
      socket?.close()
      resolve(answer)
    }
    try {
      socket = new WebSocket(formatSocketUrl(address), offerProtocols('viewer', address.key))
    } catch {
      // A page over https may not open this address.
      return end('silent')
    }
    socket.addEventListener('message', () => end('open'))
    socket.addEventListener('close', ({ code }) => {
      if (code === CLOSE.badToken) end('locked')
      else end(isFromRelay(code) ? 'open' : 'silent')
    })
  })
}

export interface Found {
  link: string
  answer: Exclude<Answer, 'silent'>
}

/**
 * The link at which a relay answers first; `undefined` if none does. The links are dialled in their order, the next
 * one when the one before has failed or has not answered for a second.
 *
 * @param dialOne replaced by tests. @default dial
 */
export async function findRelay(
  links: readonly string[],
  dialOne: typeof dial = dial,
): Promise<Found | undefined> {
  let found: Found | undefined
  let before: Promise<unknown> = Promise.resolve()
  const dials = links.map(async (link) => {
    const turn = before
    const answered = turn.then(() => (found ? 'silent' : dialOne(link)))
    before = turn.then(() => Promise.race([answered, pause(NEXT_AFTER_MS)]))
    const answer = await answered
    if (answer !== 'silent') found ??= { link, answer }
  })
  return new Promise((resolve) => {
    for (const one of dials) void one.then(() => found && resolve(found))
    void Promise.all(dials).then(() => resolve(found))
  })
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
