import type { ErrorCode, LinkStatus } from '@vue-sync/vue/viewer'
import type { Formats } from '../texts/formats.ts'
import type { Texts } from '../texts/language.ts'

/** The state of the connection. Times are milliseconds since 1970. */
export interface Condition {
  status: LinkStatus
  host: 'online' | 'offline' | undefined
  /** The host has changes that it could not send yet. */
  behind: boolean
  retryAt: number | undefined
  lastUpdate: number | undefined
  /** When the displayed state was last known to be current. */
  asOf: number | undefined
  /** `navigator.onLine`; only `false` is reliable. */
  online: boolean
  error: { code: ErrorCode } | undefined
  /** The relay of an encrypted session. */
  encryptedAt?: string | undefined
  /** How much of a large update has arrived, in bytes. */
  progress?: { received: number; total: number } | undefined
  /** Why the displayed state is not the host's, although the viewer is connected. */
  problem: { code: ErrorCode } | undefined
  /** Problems of the connection and of the state. */
  problems?: readonly { code: string }[]
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
}

/** Formats two numbers of bytes such as "3.1 of 16.8 MB". */
export function progressText(
  received: number,
  total: number,
  t: Texts['session'],
  { number }: Formats,
): string {
  const [unit, size, maximumFractionDigits] = total < 1e6 ? ['kB', 1e3, 0] : ['MB', 1e6, 1]
  const format = (bytes: number) => number(bytes / size, { maximumFractionDigits })
  return t.amount(format(received), format(total), unit)
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
  const { progress } = condition
  const failing = condition.problems?.find(({ code }) => code in t.failing)
  const age = asOf === undefined ? '' : t.asOf(asOf, now)
  const say = (tone: Description['tone'], text: string, advice?: string): Description => ({
    tone,
    text,
    announced: text,
    ...(advice && { advice }),
  })
  if (error?.code === 'VS109' && encryptedAt)
    return say('stopped', t.refusedBy(encryptedAt) + age, t.refusedByAdvice(encryptedAt))
  if (error) {
    const [text, advice] = (t.stopped[error.code] ?? t.stopped['other'])!
    return say('stopped', text + age, advice)
  }
  if (status === 'disconnected') return say('stopped', t.disconnected + age, t.disconnectedAdvice)
  if (status === 'connected') {
    if (progress) {
      const from = host === 'offline' ? t.fromOfflineHost : ''
      const amount = progressText(progress.received, progress.total, t, formats)
      return {
        ...say('busy', t.receiving(amount) + from + age),
        announced: t.receivingAnnounced + from,
      }
    }
    if (host === 'offline') {
      // A viewer that came later got the state after the host had left.
      const last = lastUpdate && Math.min(lastUpdate, asOf ?? lastUpdate)
      const text = last === undefined ? t.hostOffline : t.hostOfflineSince(now - last)
      return { ...say('away', text), announced: t.hostOffline }
    }
    // The first status comes after the state.
    if (host === undefined) return say('busy', t.connecting + age)
    if (problem) return say('away', t.notUpToDate + age, t.notUpToDateAdvice)
    if (behind && lastUpdate !== undefined) return say('away', t.behind + age, t.behindAdvice)
    return lastUpdate === undefined ? say('busy', t.waitingForHost) : say('live', t.live)
  }
  // The viewer keeps dialling, because a relay on this device needs no network.
  if (!online) return say('away', t.noNetwork + age)
  if (status === 'connecting') return say('busy', t.connecting + age)
  const seconds = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / 1000)
  const text = seconds > 0 ? t.reconnectingIn(seconds) : t.reconnecting
  const advice = failing && t.failing[failing.code]
  return {
    tone: 'busy',
    text: text + age,
    announced: t.reconnectingAnnounced + age,
    ...(advice && { advice }),
  }
}
