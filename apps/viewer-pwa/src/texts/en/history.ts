import type { Formats } from '../formats.ts'

/** The log of changes, the states of the past, and recordings. */
export const history = ({ number, plural, clock, time }: Formats) => ({
  title: 'History',
  open: 'Show the history',
  close: 'Close the history',
  pause: 'Pause',
  backToLive: 'Back to live',
  /** @param at the time of the shown state */
  pausedAt: (at: number) => `Paused at ${time(at)}`,
  newer: (count: number) => plural(count, { one: '# newer change', other: '# newer changes' }),
  upToDate: 'Nothing newer',
  /** The value of the slider, as it is read aloud. */
  position: (at: number, count: number) =>
    plural(count, { one: `${time(at)}, # change ago`, other: `${time(at)}, # changes ago` }),
  /** The same in a recording, where nothing is live. */
  positionIn: (at: number, change: number, count: number) =>
    `${time(at)}, change ${number(change)} of ${number(count)}`,
  latest: (at: number) => `${time(at)}, the latest state`,
  slider: 'Time of the shown state',
  older: 'One step back',
  newerStep: 'One step forward',
  /** @param at where the history begins */
  since: (at: number) => `From ${time(at)} on`,
  sinceCut: (at: number) => `From ${time(at)} on. Older states are not kept.`,
  log: 'Changes, the newest first',
  empty: 'Nothing has changed since this app was opened.',
  loading: 'Loading the history',
  failed: 'The history of this session cannot be shown.',
  /** What an entry of the log is. */
  kinds: {
    start: 'The history begins here',
    change: 'Change',
    whole: 'Whole state received',
    restarted: 'The host started again',
    lost: 'Connection lost',
    connected: 'Connected again',
    hostOffline: 'The host went offline',
    hostOnline: 'The host is back',
    unreadable: 'A message could not be shown',
  },
  noDifference: 'Nothing changed in it',
  moreChanges: (count: number) => plural(count, { one: '# more change', other: '# more changes' }),
  added: 'added',
  removed: 'removed',
  moved: 'order changed',
  number: (seq: number) => `No. ${seq}`,
  /** How a screen reader reads a changed value. */
  fromTo: (path: string, before: string, after: string) => `${path}: from ${before} to ${after}`,
  wasAdded: (path: string, after: string) => `${path}: added, ${after}`,
  wasRemoved: (path: string, before: string) => `${path}: removed, it was ${before}`,
  wasMoved: (path: string) => `${path}: order changed`,
  export: 'Save recording',
  exportNote: 'The file contains the state of this session, but no key.',
  exportSealed: 'The file is encrypted. Only people with the link of this session can play it.',
  exportNothing: 'Nothing has been received yet.',
  exportNoStart:
    'The beginning of this encrypted session is no longer in memory, so it cannot be saved. Connect again, then save.',
  openFile: 'Open recording…',
  opening: 'Opening the recording',
  recordingOf: (start: number) => `Recording of ${clock(start, 0)}`,
  closeRecording: 'Close recording',
  play: 'Play',
  pausePlaying: 'Pause playing',
  speed: 'Speed',
  speeds: { normal: '1×', fast: '4×', fastest: 'Fastest' },
  /** Why a file cannot be opened. */
  problems: {
    not_a_recording: 'This file is not a recording of vue-sync.',
    newer_version:
      'A later version of vue-sync made this recording. Update the app, then try again.',
    bad_line: (line: number) => `This recording is damaged in line ${line}.`,
    cut_off: 'This recording is incomplete. Copy the whole file, then try again.',
    line_too_long: 'This recording is too large for this app. The limit is 64 MB.',
    too_large: 'This recording is too large for this app. The limit is 64 MB.',
    no_state: 'This recording has no whole state, so it cannot be played.',
    needs_link:
      'This recording is encrypted. Open the link of its session in this app, then the recording.',
    unknown: 'This recording cannot be played.',
  },
  dismiss: 'OK',
})
