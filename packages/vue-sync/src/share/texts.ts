import type { Reach } from '../protocol/index.ts'
import { type Trouble, TROUBLES } from './trouble.ts'

/** How long a new link is valid. */
export type Lifetime = 'hour' | 'day' | 'week' | 'never'

/** The words of the panel. */
export interface ShareTexts {
  title: string
  /** Shown while nothing is shared. */
  stopped: string
  waiting: string

  scan: string
  /** Instead of `scan`, while the code is the one of the set-up page. */
  scanSetUp: string
  showSetUp: string
  showViewer: string
  /** The devices that can use a link, by its reach. */
  reach: Record<Reach, string>
  network: string
  encrypted: string
  /** The names of what a QR code leads to. They are part of `enlarge` and `codeOf`. */
  viewerLink: string
  setUpPage: string
  enlarge: (subject: string) => string
  codeOf: (subject: string) => string
  fullScreen: string
  close: string
  /** On the large code, above the address. */
  orOpen: string
  andType: string

  /** Before and after the address. */
  openBefore: string
  openAfter: string
  newCode: string
  /** @param left minutes and seconds, such as `4:32` */
  codeChanges: (left: string) => string
  /** The code should have changed, and the relay has not sent the next one. */
  codeChangesNow: string
  codeFailed: string

  /** How many viewers are connected, as the title of their list. With `estimated` there are more. */
  connected: (count: number, estimated: boolean) => string
  viewers: (count: number) => string
  /** Explains that a link can be removed, but not one viewer of a shared link. */
  viewersNote: string
  sharedLink: string
  /** A link that was created without a label. */
  unnamed: string
  expires: (at: Date) => string
  copy: string
  copied: string
  copyOf: (label: string) => string
  showCode: string
  showCodeOf: (label: string) => string
  remove: string
  removeOf: (label: string) => string
  removeLinkQuestion: (label: string) => string
  removeLinkConsequence: (viewers: number) => string
  confirmRemoveLink: string

  createLink: string
  label: string
  labelHint: string
  lifetime: string
  lifetimes: Record<Lifetime, string>
  create: string
  created: string
  createFailed: string

  accessFailed: string
  unsent: (count: number) => string
  /** Names the whole state where a problem names no store. */
  state: string

  copyLink: string
  start: string
  stop: string
  removeAll: string
  removeAllQuestion: (viewers: number) => string
  removeAllConsequence: (viewers: number) => string
  confirmRemoveAll: string
  cancel: string

  guide: string
  /** What to do about an error, by its code. */
  troubles: Record<string, (origin: string) => Trouble>
}

/** Texts that replace English ones. */
export type ShareTextOptions = {
  [Name in keyof ShareTexts]?: ShareTexts[Name] extends Record<string, unknown>
    ? Partial<ShareTexts[Name]>
    : ShareTexts[Name]
}

function countViewers(count: number): string {
  return count === 1 ? '1 viewer' : `${count} viewers`
}

function expiryOf(at: Date): string {
  const isToday = at.toDateString() === new Date().toDateString()
  const day = { month: 'short', day: 'numeric' } as const
  const time = { hour: 'numeric', minute: '2-digit' } as const
  return `until ${at.toLocaleString([], isToday ? time : { ...day, ...time })}`
}

/** The English texts. Pass those that you want to replace as `texts`. */
export const SHARE_TEXTS: ShareTexts = {
  title: 'Show it on a phone',
  stopped: 'Nothing is shared.',
  waiting: 'Waiting for the relay…',

  scan: 'Scan it with a phone. Tap the code to enlarge it.',
  scanSetUp:
    'Scan it once with each new phone. It explains how to trust this relay. Then scan the viewer code.',
  showSetUp: '1. New phone? Set it up first',
  showViewer: '2. Show the viewer code',
  reach: {
    network: 'Phones on the same Wi-Fi',
    internet: 'Any phone with internet access',
    virtual: 'Devices in the same VPN or virtual network',
    machine: 'This computer only: phones can’t use this address',
  },
  network: 'Network',
  encrypted:
    'Encrypted from here to the phone. Only this QR code or the link opens it, so there is no code to type.',
  viewerLink: 'viewer link',
  setUpPage: 'set-up page',
  enlarge: (subject) => `Enlarge the QR code of the ${subject}`,
  codeOf: (subject) => `QR code of the ${subject}`,
  fullScreen: 'Full screen',
  close: 'Close',
  orOpen: 'Scan the code, or open',
  andType: 'and type',

  openBefore: 'Or open',
  openAfter: 'on the phone, and type this code:',
  newCode: 'New code',
  codeChanges: (left) => `Changes in ${left}`,
  codeChangesNow: 'Changes in a moment',
  codeFailed:
    'The code could not be changed. Try again in an hour, or remove all viewers, which changes it too.',

  connected(count, estimated) {
    if (count === 0) return 'No viewer connected'
    return estimated ? `${count} or more viewers connected` : `${countViewers(count)} connected`
  },
  viewers: countViewers,
  viewersNote:
    'All who scan the code share one link. Create a link for a person or a group, and you can remove only them.',
  sharedLink: 'The link for everyone',
  unnamed: 'Link without a name',
  expires: expiryOf,
  copy: 'Copy',
  copied: 'Copied',
  copyOf: (label) => `Copy the link: ${label}`,
  showCode: 'QR code',
  showCodeOf: (label) => `Show the QR code: ${label}`,
  remove: 'Remove…',
  removeOf: (label) => `Remove: ${label}`,
  removeLinkQuestion: (label) => `Remove “${label}”?`,
  removeLinkConsequence: (viewers) =>
    viewers === 0
      ? 'The link stops working, and the code to type changes.'
      : `The link stops working, and ${viewers === 1 ? 'its viewer is' : `its ${viewers} viewers are`} disconnected. The code to type changes.`,
  confirmRemoveLink: 'Remove the link',

  createLink: 'Create a link…',
  label: 'For whom',
  labelHint: 'Press, row 3',
  lifetime: 'Valid for',
  lifetimes: { hour: '1 hour', day: '1 day', week: '1 week', never: 'No limit' },
  create: 'Create',
  created: 'The link is in the list.',
  createFailed: 'There is no room for another link. Remove all viewers, which clears the list.',

  accessFailed: 'The relay did not change the links and codes, so they still work. Try again.',
  unsent: (count) => `Viewers do not get everything (${count})`,
  state: 'State',

  copyLink: 'Copy link',
  start: 'Start sharing',
  stop: 'Stop sharing',
  removeAll: 'Remove all viewers…',
  removeAllQuestion: (viewers) => {
    if (viewers === 0) return 'Remove all viewers?'
    return viewers === 1 ? 'Remove this viewer?' : `Remove all ${viewers} viewers?`
  },
  removeAllConsequence: (viewers) => {
    if (viewers === 0)
      return 'No viewer is connected. Links and codes shown until now stop working.'
    return viewers === 1 ? 'It needs a new link or code.' : 'They need a new link or code.'
  },
  confirmRemoveAll: 'Remove all viewers',
  cancel: 'Cancel',

  guide: 'Read the guide',
  troubles: TROUBLES,
}

/** Gives the English texts with those of an app in place of them. */
export function mergeTexts(own: ShareTextOptions = {}): ShareTexts {
  const { reach, lifetimes, troubles } = SHARE_TEXTS
  return {
    ...SHARE_TEXTS,
    ...own,
    reach: { ...reach, ...own.reach },
    lifetimes: { ...lifetimes, ...own.lifetimes },
    troubles: { ...troubles, ...(own.troubles as ShareTexts['troubles']) },
  }
}
