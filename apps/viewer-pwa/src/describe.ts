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
}

/**
 * `scan`: go to the ways of scanning or typing a code. `open`: open the link outside of this app. `retry`: dial now.
 * `connect`: connect again after the user disconnected. `reload`: load a newer viewer.
 */
export type Action = 'scan' | 'open' | 'retry' | 'connect' | 'reload'

type Trouble = [heading: string, advice: string, action?: Action]

const UNREADABLE: Trouble = [
  'This viewer cannot read what the host sends',
  'Reload this page, or open the viewer that the app itself offers.',
  'reload',
]
const STOPPED: Partial<Record<ErrorCode, Trouble>> = {
  VS102: ['The key was refused', 'Scan the code on the host again.'],
  VS103: ['Another host took over', 'Scan the code on the new host.'],
  VS104: ['The session is over', 'Ask the host for a new link.'],
  VS105: ['The versions do not fit', 'Update this viewer, or the relay.', 'reload'],
  VS108: UNREADABLE,
  VS109: ['The relay does not take this page', 'Open the link in the browser itself.'],
  VS110: [
    'This is encrypted, and the link does not open it',
    'Scan the code on the host again. A short code cannot open it.',
  ],
  VS111: [
    'This is encrypted, and that needs https',
    'Ask for the relay to be started with https, then scan the code on the host again.',
  ],
  VS112: ['This link is no longer good', 'Ask the host for a new code.'],
  VS115: [
    'This link is not safe',
    'It has an encryption key, but no https. Ask for the relay to be started with https, then scan the code on the host again.',
  ],
  VS116: [
    'This is not from the host',
    'Somebody else who has the link sent it, or the link is old. Scan the code on the host again.',
  ],
  VS118: [
    'This app cannot open that link',
    'The link has no https, and this app came over https. Open the link in the browser: the relay has a viewer of its own.',
    'open',
  ],
  VS121: [
    'There is no session at this address',
    'Scan the code on the host again. If you typed the address, check its host name and what follows it.',
  ],
  VS123: UNREADABLE,
}

/** While dials fail. The viewer goes on dialling. */
const FAILING: Record<string, Trouble> = {
  VS119: [
    'The browser may block this page',
    'The relay is in your own network, and this page is from the internet. Tap the icon left of the address, allow “Local network access”, and try again.',
    'retry',
  ],
  VS120: [
    'Nothing answers at this address',
    'Check that this device is in the same network as the host, for example the same Wi-Fi, and that the host is still sharing. If you typed the address, check it.',
    'retry',
  ],
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

/** VS119 on a page without https, which cannot get the permission. */
const BLOCKED: Trouble = [
  'The browser blocks this page',
  'The relay is in your own network, and this page is from the internet without https. Open the link instead: the relay has a viewer of its own.',
  'open',
]

/** The trouble with a link for http while the relay does not answer by https. */
function tellPlainLink(encryptedAt: string | undefined): Trouble {
  if (!encryptedAt) return STOPPED.VS118!
  return [
    'The relay does not answer by https',
    `This session is encrypted, and that needs https. Ask for the relay at ${encryptedAt} to be started with https, then scan the code on the host again.`,
  ]
}

/** Describes the connection for the user. */
export function describe(condition: Condition, now: number, locale?: string): Description {
  const { status, host, behind, retryAt, lastUpdate, asOf, online, error, problem, encryptedAt } =
    condition
  const { progress, plainLink } = condition
  const age = asOf === undefined ? '' : ` · as of ${clockTime(asOf, now, locale)}`
  const say = (tone: Description['tone'], text: string, advice?: string): Description => ({
    tone,
    text,
    announced: text,
    ...(advice && { advice }),
  })
  const stop = ([heading, advice, action = 'scan']: Trouble): Description => ({
    ...say('stopped', `Stopped: ${heading[0]!.toLowerCase()}${heading.slice(1)}${age}`, advice),
    heading,
    action: action === 'open' && !plainLink ? 'scan' : action,
  })
  if (error?.code === 'VS109' && encryptedAt)
    return stop([
      `${encryptedAt} does not accept this page`,
      `Ask the operator of ${encryptedAt} to allow this page with --allow-origin. The app does not open the relay’s own page for you, because that page could read the encryption key.`,
    ])
  if (error) {
    const known = STOPPED[error.code]
    if (known) return stop(known)
    const text = `Stopped${age}`
    const trouble: Trouble = ['The connection has ended', 'Scan the code on the host again.']
    return { ...stop(trouble), text, announced: text }
  }
  if (status === 'disconnected')
    return {
      ...say('stopped', `Disconnected${age}`, 'Nothing arrives until you connect again.'),
      heading: 'Disconnected',
      action: 'connect',
    }
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
  const failing = condition.problems?.find(({ code }) => code in FAILING)
  const trouble = plainLink
    ? tellPlainLink(encryptedAt)
    : failing?.code === 'VS119' && condition.ownPage
      ? BLOCKED
      : failing && FAILING[failing.code]
  const waiting: Description = {
    tone: 'busy',
    text: text + age,
    announced: `Reconnecting${age}`,
  }
  if (!trouble) return waiting
  const [heading, advice, action = 'scan'] = trouble
  return { ...waiting, heading, advice, action }
}
