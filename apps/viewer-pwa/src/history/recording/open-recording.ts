import type { SyncAddress } from '@vue-sync/vue/protocol'
import {
  createRecordingReader,
  headOf,
  RecordingError,
  type RecordingHeader,
} from '@vue-sync/vue/recording'
import { createPace } from '../pace.ts'
import { createPlayback } from '../playback.ts'
import type { Entry } from './recorder.ts'
import { createTimeline, type Timeline } from '../timeline.ts'

export interface OpenedRecording {
  header: RecordingHeader
  timeline: Timeline
}

/** The largest recording that a phone can be expected to hold, in bytes. */
const MOST_BYTES = 64 * 1024 * 1024
const LIMITS = { mostCharacters: MOST_BYTES, longestLine: MOST_BYTES }

/** Only a viewer with the link of the session can read a recording of it. */
export class NeedsLink extends Error {}

async function readEntries(
  file: Blob,
  signal: AbortSignal,
): Promise<{ header: RecordingHeader; entries: Entry[] }> {
  if (file.size > MOST_BYTES) throw new RecordingError('too_large')
  const reader = createRecordingReader(LIMITS)
  const entries: Entry[] = []
  const pieces = file.stream().pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await pieces.read()
    signal.throwIfAborted()
    if (done) break
    for (const entry of reader.read(value)) {
      const at = reader.header!.start + entry.at
      if ('event' in entry) entries.push({ at, event: entry.event })
      else entries.push({ at, frame: entry.frame, head: headOf(entry.frame) })
    }
  }
  reader.end()
  return { header: reader.header!, entries }
}

/**
 * Opens a file and replays it into a timeline. Nothing of the file reaches the stores of this app.
 *
 * @param present the session that is open, whose secret may decrypt the recording
 * @param signal cancels the opening
 * @param create creates the viewer that turns frames into states
 * @throws RecordingError for a file that cannot be played, NeedsLink if it is encrypted, the reason of `signal`
 */
export async function openRecording(
  file: Blob,
  present: SyncAddress | undefined,
  signal: AbortSignal,
  create: typeof createPlayback = createPlayback,
): Promise<OpenedRecording> {
  const { header, entries } = await readEntries(file, signal)
  const isOwn = present?.session === header.session && present.secret !== undefined
  if (header.encrypted && !isOwn) throw new NeedsLink()
  const { session } = header
  const address = header.encrypted ? present! : { session }
  const playback = await create({ address, base: undefined })
  try {
    const timeline = createTimeline(playback, undefined, { moments: 10_000 })
    const pace = createPace()
    for (const entry of entries) {
      await timeline.add(entry)
      await pace()
      signal.throwIfAborted()
    }
    const isEmpty = timeline.moments.every(({ view }) => view.ids.length === 0)
    if (isEmpty && header.encrypted) throw new NeedsLink()
    if (timeline.moments.length === 0) throw new RecordingError('no_state')
    return { header, timeline }
  } finally {
    playback.dispose()
  }
}
