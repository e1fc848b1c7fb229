import type { Formats } from '../formats.ts'

/** The heading of a card, and what the user can do. */
type Trouble = readonly [heading: string, advice: string]
type Troubles = Partial<Record<string, Trouble>>

const UNREADABLE: Trouble = [
  'This viewer cannot read what the host sends',
  'Reload this page, or open the viewer that the app itself offers.',
]

/** Status strip, waiting screen and the line about the address. */
export const session = ({ number, ago, clock }: Formats) => ({
  live: 'Live',
  connecting: 'Connecting…',
  /** Added to a text while the displayed state may be outdated. */
  asOf: (time: number, now: number) => ` · as of ${clock(time, now)}`,
  reconnectingIn: (seconds: number) => `Reconnecting in ${number(seconds)} s`,
  reconnecting: 'Reconnecting…',
  reconnectingAnnounced: 'Reconnecting',
  noNetwork: 'No network',
  disconnected: 'Disconnected',
  disconnectedAdvice: 'Nothing arrives until you connect again.',
  waitingForHost: 'Connected, waiting for the host',
  hostOffline: 'Host offline',
  /** @param elapsed milliseconds since the last update */
  hostOfflineSince: (elapsed: number) => `Host offline, last update ${since(elapsed, ago)}`,
  receiving: (amount: string) => `Receiving ${amount}`,
  receivingAnnounced: 'Receiving',
  fromOfflineHost: ' · host offline',
  /** "3.1 of 16.8 MB" */
  amount: (received: string, total: string, unit: string) => `${received} of ${total} ${unit}`,
  notUpToDate: 'Not up to date',
  notUpToDateAdvice:
    'The host sent something that this viewer cannot show. The next full state repairs this page.',
  behind: 'The host has newer changes',
  behindAdvice:
    'They have not arrived yet. This page shows them as soon as the host can send them.',
  /** @param heading of the card, which begins a sentence */
  stoppedBecause: (heading: string) =>
    `Stopped: ${heading.charAt(0).toLowerCase()}${heading.slice(1)}`,
  stoppedText: 'Stopped',
  ended: ['The connection has ended', 'Scan the code on the host again.'] as Trouble,
  stopped: {
    VS102: ['The key was refused', 'Scan the code on the host again.'],
    VS103: ['Another host took over', 'Scan the code on the new host.'],
    VS104: ['The session is over', 'Ask the host for a new link.'],
    VS105: ['The versions do not fit', 'Update this viewer, or the relay.'],
    VS108: UNREADABLE,
    VS109: ['The relay does not accept this page', 'Open the link in the browser itself.'],
    VS110: [
      'This session is encrypted, and the link does not open it',
      'Scan the code on the host again. A short code cannot open it.',
    ],
    VS111: [
      'This session is encrypted, which needs https',
      'Ask for the relay to be started with https, then scan the code on the host again.',
    ],
    VS112: ['This link has ended', 'Ask the host for a new code.'],
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
      'The link has no https, and this app was loaded over https. Open the link in the browser, where the relay has a viewer of its own.',
    ],
    VS121: [
      'There is no session at this address',
      'Scan the code on the host again. If you typed the address, check its host name and what follows it.',
    ],
    VS123: UNREADABLE,
  } as Troubles,
  refusedBy: (host: string): Trouble => [
    `${host} does not accept this page`,
    `Ask the operator of ${host} to allow this page with --allow-origin. The app does not open the relay’s own page for you, because that page could read the encryption key.`,
  ],
  /** While dials fail. The viewer goes on dialling. */
  failing: {
    VS119: [
      'The browser may block this page',
      'The relay is in your own network, and this page is from the internet. Tap the icon left of the address, allow “Local network access”, and try again.',
    ],
    VS120: [
      'Nothing answers at this address',
      'Check that this device is in the same network as the host, for example the same Wi-Fi, and that the host is still sharing. If you typed the address, check it.',
    ],
  } as Troubles,
  /** VS119 on a page without https, which cannot get the permission. */
  blocked: [
    'The browser blocks this page',
    'The relay is in your own network, and this page is from the internet without https. Open the link instead: the relay has a viewer of its own.',
  ] as Trouble,
  encryptedWithoutHttps: (host: string): Trouble => [
    'The relay does not answer over https',
    `This session is encrypted, which needs https. Ask for the relay at ${host} to be started with https, then scan the code on the host again.`,
  ],
  /** The first button of a card, which leads on. */
  next: {
    scan: 'Scan or type a code',
    open: 'Open the link',
    retry: 'Try again now',
    connect: 'Connect again',
    reload: 'Reload this page',
  },
  tryAgain: 'Try again',
  useAnotherCode: 'Use another code',
  received: 'Received',
  waiting: 'Waiting for the first state',
  waitingForLarge: 'The state is large, so it takes a moment to arrive.',
  nothingShared: 'The relay is there. As soon as the host shares something, it appears here.',
  plainHttp: 'Not secure: can’t install, work offline or scan.',
  howToFix: 'How to fix',
  untrusted: 'Certificate not trusted: can’t install or work offline.',
  trustIt: 'Trust it',
  limitations: 'What this address cannot do',
  hide: 'Hide this',
  partMissing: 'This part of the app could not be loaded. Check the network.',
})

function since(elapsed: number, ago: Formats['ago']): string {
  const seconds = Math.max(0, Math.floor(elapsed / 1000))
  if (seconds < 5) return 'just now'
  if (seconds < 60) return ago(seconds, 'second')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return ago(minutes, 'minute')
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? ago(hours, 'hour') : ago(Math.floor(hours / 24), 'day')
}
