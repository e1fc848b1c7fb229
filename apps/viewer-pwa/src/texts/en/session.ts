import type { Formats } from '../formats.ts'

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
  disconnectedAdvice: 'Connect again from the menu.',
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
  stopped: {
    other: ['Stopped', 'Scan the code on the host again.'],
    VS102: ['Stopped: the key was refused', 'Scan the code on the host again.'],
    VS103: ['Stopped: another host took over', 'Scan the code on the new host.'],
    VS104: ['Stopped: the session is over', 'Ask the host for a new link.'],
    VS105: ['Stopped: the versions do not fit', 'Update this viewer, or the relay.'],
    VS108: [
      'Stopped: this viewer cannot read what the host sends',
      'Reload this page, or open the viewer that the app itself offers.',
    ],
    VS109: ['Stopped: the relay does not accept this page', 'Open the link in the browser.'],
    VS110: [
      'Stopped: this session is encrypted, and the link does not open it',
      'Scan the code on the host again. A short code cannot open it.',
    ],
    VS111: [
      'Stopped: this session is encrypted, which needs https',
      'Start the relay with https, then scan the code on the host again.',
    ],
    VS112: ['Stopped: this link has ended', 'Ask the host for a new code.'],
    VS115: [
      'Stopped: this link is not safe',
      'It has an encryption key, but no https. Start the relay with https, then scan the code on the host again.',
    ],
    VS116: [
      'Stopped: this is not from the host',
      'Somebody else who has the link sent it, or the link is old. Scan the code on the host again.',
    ],
    VS118: [
      'Stopped: this page was loaded over https, and the relay has no https',
      'Open the link in the browser instead, or start the relay with https.',
    ],
    VS121: [
      'Stopped: there is no session at this address',
      'Scan the code on the host again. If you typed the address, check its host name and path.',
    ],
    VS123: [
      'Stopped: this viewer cannot read what the host sends',
      'Reload this page, or open the viewer that the app itself offers.',
    ],
  } as Record<string, [text: string, advice: string]>,
  refusedBy: (host: string) => `Stopped: ${host} does not accept this page`,
  refusedByAdvice: (host: string) =>
    `Ask the operator of ${host} to allow this page with --allow-origin. The app does not open the relay’s own page for you, because that page could read the encryption key.`,
  /** While dials fail. The viewer goes on dialling. */
  failing: {
    VS119:
      'The browser may block this page from your network. Allow “Local network access” in its settings for this page.',
    VS120:
      'Nothing answers at this address. Check that the relay is running, that this device is in its network, and that the port is right.',
  } as Record<string, string>,
  received: 'Received',
  waiting: 'Waiting for the first state',
  waitingForLarge: 'The state is large, so it takes a moment to arrive.',
  nothingShared: 'The relay is there. As soon as the host shares something, it appears here.',
  encryptedWithoutHttps: (host: string) =>
    `This session is encrypted, and ${host} does not answer over https. Start the relay with https, then scan the code on the host again.`,
  needsHttp: 'This app was loaded over https and cannot reach a relay without https.',
  openInBrowser: 'Open it in the browser',
  plainHttp: 'Not secure: can’t install, work offline or scan.',
  howToFix: 'How to fix',
  untrusted: 'Certificate not trusted: can’t install or work offline.',
  trustIt: 'Trust it',
  limitations: 'What this address cannot do',
  hide: 'Hide this',
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
