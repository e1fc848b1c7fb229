import type { Formats } from '../formats.ts'

/** The heading of a card, and what the user can do. */
type Trouble = readonly [heading: string, advice: string]
type Troubles = Partial<Record<string, Trouble>>

const UNREADABLE: Trouble = [
  'This viewer cannot read what the host sends',
  'Reload this page, or open the viewer that the app itself offers.',
]

/** Status strip, waiting screen and the line about the address. */
export const session = ({ number, elapsed, clock }: Formats) => ({
  live: 'Live',
  connecting: 'Connecting…',
  /** @param text the condition, while the displayed state may be outdated */
  asOf: (text: string, time: number, now: number) => `${text} · as of ${clock(time, now)}`,
  reconnectingIn: (seconds: number) => `Reconnecting in ${number(seconds)} s`,
  reconnecting: 'Reconnecting…',
  reconnectingAnnounced: 'Reconnecting',
  noNetwork: 'No network',
  disconnected: 'Disconnected',
  disconnectedAdvice: 'Nothing arrives until you connect again.',
  waitingForHost: 'Waiting for the host',
  hostOffline: 'Host offline',
  hostOfflineJustNow: 'Host offline, last update just now',
  /** @param time milliseconds since the last update */
  hostOfflineSince: (time: number) => `Host offline, last update ${elapsed(time)}`,
  /**
   * @param received a number, such as "3.1"
   * @param total a number and its unit, such as "16.8 MB"
   */
  receiving: (received: string, total: string) => `Receiving ${received} of ${total}`,
  receivingOfflineHost: (received: string, total: string) =>
    `Receiving ${received} of ${total} · host offline`,
  receivingAnnounced: 'Receiving',
  receivingOfflineHostAnnounced: 'Receiving · host offline',
  notUpToDate: 'Not up to date',
  notUpToDateAdvice:
    'The host sent something that this viewer cannot show. The next full state repairs this page.',
  behind: 'The host has newer changes',
  behindAdvice:
    'They have not arrived yet. This page shows them as soon as the host can send them.',
  /** @param heading of the card: a sentence, or the name of a host and what it does */
  stoppedBecause: (heading: string) => `Stopped: ${heading}`,
  stoppedText: 'Stopped',
  ended: ['The connection has ended', 'Scan the code on the host again.'] as Trouble,
  stopped: {
    VS102: ['The key was refused', 'Scan the code on the host again.'],
    VS103: ['Another host took over', 'Scan the code on the new host.'],
    VS104: [
      'The session is over',
      'The host has ended it. When it starts a new one, scan the code on its screen.',
    ],
    VS105: [
      'The versions do not match',
      'The relay and this viewer are of different versions. Reload to get the relay’s viewer. If that does not help, update the relay.',
    ],
    VS108: UNREADABLE,
    VS109: [
      'The relay does not accept this page',
      'Ask the operator of the relay to allow this page with --allow-origin, then try again.',
    ],
    VS110: [
      'This session is encrypted, and the link does not open it',
      'Scan the code on the host again. A short code cannot open it.',
    ],
    VS111: [
      'This session is encrypted, which needs https',
      'This page was loaded without https. The guide shows how this device gets it. Then scan the code on the host again.',
    ],
    VS112: ['This link has ended', 'Ask the host for a new code.'],
    VS115: [
      'This link is not safe',
      'It has an encryption key, but no https. Ask the host to start the relay with https, then scan its code again.',
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
    VS125: UNREADABLE,
  } as Troubles,
  /** VS102 for a link without a key, such as a typed address. */
  needsKey: [
    'This session needs a code',
    'The address alone does not open it. Scan the code on the host, or type the code beside it.',
  ] as Trouble,
  refusedBy: (host: string): Trouble => [
    `${host} does not accept this page`,
    `Ask the operator of ${host} to allow this page with --allow-origin, then try again. The app does not open the relay’s own page for you, because that page could read the encryption key.`,
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
    VS126: [
      'The relay is full',
      'It is at one of its limits, for example too many viewers. Leave this page open: it connects as soon as there is room.',
    ],
  } as Troubles,
  /** VS119 on a page without https, which cannot get the permission. */
  blocked: [
    'The browser blocks this page',
    'The relay is in your own network, and this page is from the internet without https. Open the link instead: the relay has a viewer of its own.',
  ] as Trouble,
  encryptedWithoutHttps: (host: string): Trouble => [
    'The relay does not answer over https',
    `This session is encrypted, which needs https. Ask the host to start the relay at ${host} with https, then scan its code again.`,
  ],
  /** The first button of a card, which leads on. */
  next: {
    scan: 'Scan again',
    code: 'Type a code',
    address: 'Change address',
    others: 'Use another code',
    open: 'Open the link',
    retry: 'Try again',
    connect: 'Connect again',
    reload: 'Reload',
    guide: 'How to get https',
  },
  received: 'Received',
  waiting: 'Waiting for the first state',
  /** While no state has arrived. */
  wait: {
    connecting: (relay: string): Trouble => [
      `Connecting to ${relay}`,
      'It takes longer than usual. Check that this device is on the same Wi-Fi as the host.',
    ],
    noNetwork: [
      'This device has no network',
      'The viewer connects by itself as soon as there is one.',
    ] as Trouble,
    receiving: [
      'Receiving the state',
      'The state is large, so it takes a moment to arrive.',
    ] as Trouble,
    hostOffline: [
      'The host is offline',
      'The relay is there, but the host is not. As soon as the host shares something, it appears here.',
    ] as Trouble,
    nothingShared: [
      'Waiting for the host',
      'The relay is there. As soon as the host shares something, it appears here.',
    ] as Trouble,
    unreadable: [
      'The host sent something that this viewer cannot show',
      'It appears here as soon as the host has repaired it.',
    ] as Trouble,
  },
  sceneEmpty: (name: string) => `${name}: no data yet`,
  /** The scene in words, for those who cannot see it. The values have their unit. */
  scene: (name: string, title: string, from: string, to: string, low: string, high: string) =>
    `${name}: ${title}, from ${from} to ${to}, with values between ${low} and ${high}`,
  plainHttp: 'Not secure: can’t install, work offline or scan.',
  howToFix: 'How to fix',
  untrusted: 'Certificate not trusted: can’t install or work offline.',
  trustIt: 'Trust it',
  limitations: 'What this address cannot do',
  hide: 'Hide this',
  partMissing: 'This part of the app could not be loaded. Check the network.',
})
