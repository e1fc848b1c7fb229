import type { ErrorCode, LinkStatus } from '@vue-sync/vue/viewer'
import type { Formats } from '../../texts/formats.ts'
import type { Texts } from '../../texts/language.ts'
import { type Action, type Trouble, waysOf } from './ways.ts'

/** The state of the connection. Times are milliseconds since 1970. */
export interface Condition {
  status: LinkStatus
  host: 'online' | 'offline' | undefined
  /** The host has changes that it could not send yet. */
  behind: boolean
  /** The displayed state may be old, for whatever reason. */
  stale: boolean
  retryAt: number | undefined
  lastUpdate: number | undefined
  /** When the displayed state was last known to be current. */
  asOf: number | undefined
  /** `navigator.onLine`; only `false` is reliable. */
  online: boolean
  error: { code: ErrorCode } | undefined
  /** The relay of an encrypted session. */
  encryptedAt?: string | undefined
  /** The link as it was given, if it is for http and this page for https. */
  plainLink?: string | undefined
  /** The relay's own viewer, if the browser lets no page like this one into the local network. */
  ownPage?: string | undefined
  /** How much of a large update has arrived, in bytes. */
  progress?: { received: number; total: number } | undefined
  /** Why the displayed state is not the host's, although the viewer is connected. */
  problem: { code: ErrorCode } | undefined
  /** Problems of the connection and of the state. */
  problems?: readonly { code: string }[]
  /** Whether the link has a key. An address that the user typed has none. @default true */
  hasKey?: boolean
  /** Whether this page can use a camera. @default true */
  canScan?: boolean
}

export interface Description {
  /** `live`: current. `busy`: connecting. `away`: outdated, resumes by itself. `stopped`: the user must act. */
  tone: 'live' | 'busy' | 'away' | 'stopped'
  /** The displayed text. */
  text: string
  /** The text for screen readers, without the countdown. */
  announced: string
  /** What the user can do. */
  advice?: string
  /** Names the trouble if nothing goes on without the user, or dials keep failing. */
  heading?: string
  /** What the first button does. */
  action?: Action
  /** What the second button of a card does. */
  second?: Action
}

/** @param elapsed milliseconds since the last update, which no clock agrees on to the second */
function offlineText(elapsed: number | undefined, t: Texts['session']): string {
  if (elapsed === undefined) return t.hostOffline
  return elapsed < 5000 ? t.hostOfflineJustNow : t.hostOfflineSince(elapsed)
}

/** Describes the connection for the user. */
export function describe(
  condition: Condition,
  now: number,
  t: Texts['session'],
  formats: Formats,
): Description {
  const { status, host, behind, retryAt, lastUpdate, asOf, online, error, problem, encryptedAt } =
    condition
  const { progress, plainLink, stale } = condition
  const withAge = (text: string) => (asOf === undefined ? text : t.asOf(text, asOf, now))
  const troubleOf = (code: string, [heading, advice]: readonly [string, string]): Trouble => {
    const [action, second] = waysOf(code, condition)
    return { heading, advice, action, second }
  }
  const say = (tone: Description['tone'], text: string, advice?: string): Description => ({
    tone,
    text,
    announced: text,
    ...(advice && { advice }),
  })
  const stop = (trouble: Trouble): Description => ({
    ...say('stopped', withAge(t.stoppedBecause(trouble.heading)), trouble.advice),
    ...trouble,
    ...(trouble.action === 'open' &&
      !plainLink && { action: condition.canScan === false ? 'code' : 'scan' }),
  })
  if (error?.code === 'VS109' && encryptedAt)
    return stop(troubleOf('VS109', t.refusedBy(encryptedAt)))
  if (error?.code === 'VS102' && condition.hasKey === false)
    return stop(troubleOf('VS102', t.needsKey))
  if (error) {
    const known = t.stopped[error.code]
    if (known) return stop(troubleOf(error.code, known))
    const text = withAge(t.stoppedText)
    return { ...stop(troubleOf(error.code, t.ended)), text, announced: text }
  }
  if (status === 'disconnected')
    return {
      ...say('stopped', withAge(t.disconnected), t.disconnectedAdvice),
      heading: t.disconnected,
      action: 'connect',
      second: 'others',
    }
  if (status === 'connected') {
    if (progress) {
      const [text, announced] =
        host === 'offline'
          ? [t.receivingOfflineHost, t.receivingOfflineHostAnnounced]
          : [t.receiving, t.receivingAnnounced]
      const amounts = formats.amounts(progress.received, progress.total)
      return { ...say('busy', withAge(text(...amounts))), announced }
    }
    if (host === 'offline') {
      // A viewer that came later got the state after the host had left.
      const last = lastUpdate && Math.min(lastUpdate, asOf ?? lastUpdate)
      return { ...say('away', offlineText(last && now - last, t)), announced: t.hostOffline }
    }
    // The first status comes after the state.
    if (host === undefined) return say('busy', withAge(t.connecting))
    if (problem) return say('away', withAge(t.notUpToDate), t.notUpToDateAdvice)
    if (behind && lastUpdate !== undefined) return say('away', withAge(t.behind), t.behindAdvice)
    return stale ? say('busy', withAge(t.waitingForHost)) : say('live', t.live)
  }
  // The viewer keeps dialling, because a relay on this device needs no network.
  if (!online) return say('away', withAge(t.noNetwork))
  if (status === 'connecting') return say('busy', withAge(t.connecting))
  const seconds = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / 1000)
  const waiting: Description = {
    tone: 'busy',
    text: withAge(seconds > 0 ? t.reconnectingIn(seconds) : t.reconnecting),
    announced: withAge(t.reconnectingAnnounced),
  }
  if (plainLink)
    return encryptedAt
      ? { ...waiting, ...troubleOf('', t.encryptedWithoutHttps(encryptedAt)) }
      : { ...waiting, ...troubleOf('VS118', t.stopped['VS118']!) }
  const failing = condition.problems?.find(({ code }) => code in t.failing)?.code
  if (failing === undefined) return waiting
  if (failing === 'VS119' && condition.ownPage)
    return { ...waiting, ...troubleOf(failing, t.blocked), action: 'open' }
  return { ...waiting, ...troubleOf(failing, t.failing[failing]!) }
}
