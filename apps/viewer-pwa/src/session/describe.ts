import type { ErrorCode, LinkStatus } from '@vue-sync/vue/viewer'

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

const STOPPED: Partial<Record<ErrorCode, [text: string, advice: string]>> = {
  VS102: ['Stopped: the key was refused', 'Scan the code on the host again.'],
  VS103: ['Stopped: another host took over', 'Scan the code on the new host.'],
  VS104: ['Stopped: the session is over', 'Ask the host for a new link.'],
  VS108: [
    'Stopped: this viewer cannot read what the host sends',
    'Reload this page, or open the viewer that the app itself offers.',
  ],
  VS109: ['Stopped: the relay does not take this page', 'Open the link in the browser itself.'],
  VS105: ['Stopped: the versions do not fit', 'Update this viewer, or the relay.'],
  VS110: [
    'Stopped: this is encrypted, and the link does not open it',
    'Scan the code on the host again. A short code cannot open it.',
  ],
  VS111: [
    'Stopped: this is encrypted, and that needs https',
    'Start the relay with https, then scan the code on the host again.',
  ],
  VS116: [
    'Stopped: this is not from the host',
    'Somebody else who has the link sent it, or the link is old. Scan the code on the host again.',
  ],
  VS115: [
    'Stopped: this link is not safe',
    'It has an encryption key, but no https. Start the relay with https, then scan the code on the host again.',
  ],
  VS123: [
    'Stopped: this viewer cannot read what the host sends',
    'Reload this page, or open the viewer that the app itself offers.',
  ],
  VS112: ['Stopped: this link is no longer good', 'Ask the host for a new code.'],
  VS118: [
    'Stopped: this page came over https, and the relay has none',
    'Open the link in the browser instead, or start the relay with https.',
  ],
  VS121: [
    'Stopped: there is no session at this address',
    'Scan the code on the host again. If you typed the address, check its host name and path.',
  ],
}

/** While dials fail. The viewer goes on dialling. */
const FAILING: Record<string, string> = {
  VS119:
    'The browser may block this page from your network. Allow “Local network access” in its settings for this page.',
  VS120:
    'Nothing answers at this address. Check that the relay is running, that this device is in its network, and that the port is right.',
}

/** "just now", "40 s ago", "2 min ago", "3 h ago", "2 days ago" */
export function ago(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ago`
  return `${Math.floor(hours / 24)} days ago`
}

/** Formats a time such as "14:02" in the device's locale, with the date if it is not today. */
export function clockTime(time: number, now: number, locale?: string): string {
  const date = new Date(time)
  const clock = { hour: '2-digit', minute: '2-digit' } as const
  if (date.toDateString() === new Date(now).toDateString())
    return date.toLocaleTimeString(locale, clock)
  return date.toLocaleString(locale, { day: 'numeric', month: 'short', ...clock })
}

/** Formats two numbers of bytes such as "3.1 of 16.8 MB". */
export function progressText(received: number, total: number, locale?: string): string {
  const [unit, size] = total < 1e6 ? ['kB', 1e3] : ['MB', 1e6]
  const digits = total < 1e6 ? 0 : 1
  const format = (bytes: number) =>
    (bytes / size).toLocaleString(locale, { maximumFractionDigits: digits })
  return `${format(received)} of ${format(total)} ${unit}`
}

/** Describes the connection for the user. */
export function describe(condition: Condition, now: number, locale?: string): Description {
  const { status, host, behind, retryAt, lastUpdate, asOf, online, error, problem, encryptedAt } =
    condition
  const { progress } = condition
  const failing = condition.problems?.find(({ code }) => code in FAILING)
  const age = asOf === undefined ? '' : ` · as of ${clockTime(asOf, now, locale)}`
  const say = (tone: Description['tone'], text: string, advice?: string): Description => ({
    tone,
    text,
    announced: text,
    ...(advice && { advice }),
  })
  if (error?.code === 'VS109' && encryptedAt)
    return say(
      'stopped',
      `Stopped: ${encryptedAt} does not accept this page${age}`,
      `Ask the operator of ${encryptedAt} to allow this page with --allow-origin. The app does not open the relay’s own page for you, because that page could read the encryption key.`,
    )
  if (error) {
    const [text, advice] = STOPPED[error.code] ?? ['Stopped', 'Scan the code on the host again.']
    return say('stopped', text + age, advice)
  }
  if (status === 'disconnected')
    return say('stopped', `Disconnected${age}`, 'Connect again from the menu.')
  if (status === 'connected') {
    if (progress) {
      const from = host === 'offline' ? ' · host offline' : ''
      const amount = progressText(progress.received, progress.total, locale)
      return { ...say('busy', `Receiving ${amount}${from}${age}`), announced: `Receiving${from}` }
    }
    if (host === 'offline') {
      // A viewer that came later got the state after the host had left.
      const last = lastUpdate && Math.min(lastUpdate, asOf ?? lastUpdate)
      const when = last === undefined ? '' : `, last update ${ago(now - last)}`
      return { ...say('away', `Host offline${when}`), announced: 'Host offline' }
    }
    // The first status comes after the state.
    if (host === undefined) return say('busy', `Connecting…${age}`)
    if (problem)
      return say(
        'away',
        `Not up to date${age}`,
        'The host sent something that cannot be shown. This page continues with its next full state.',
      )
    if (behind && lastUpdate !== undefined)
      return say(
        'away',
        `The host has newer changes${age}`,
        'They have not arrived yet. This page shows them as soon as the host can send them.',
      )
    return lastUpdate === undefined
      ? say('busy', 'Connected, waiting for the host')
      : say('live', 'Live')
  }
  // The viewer keeps dialling, because a relay on this device needs no network.
  if (!online) return say('away', `No network${age}`)
  if (status === 'connecting') return say('busy', `Connecting…${age}`)
  const seconds = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / 1000)
  const text = seconds > 0 ? `Reconnecting in ${seconds} s` : 'Reconnecting…'
  const advice = failing && FAILING[failing.code]
  return {
    tone: 'busy',
    text: text + age,
    announced: `Reconnecting${age}`,
    ...(advice && { advice }),
  }
}
