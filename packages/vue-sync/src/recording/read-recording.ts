import { type RecordingEntry, type RecordingHeader, readEntry, readHeader } from './format.ts'
import { headOf } from './frames.ts'
import { RecordingError } from './recording-error.ts'

export interface RecordingLimits {
  /** Characters of one line. A message of 16 MiB takes at most twice as many. @default 48 MiB */
  longestLine?: number
  /** Characters of all lines. @default 1 GiB */
  mostCharacters?: number
}

export const RECORDING_LIMITS = {
  longestLine: 48 * 1024 * 1024,
  mostCharacters: 1024 * 1024 * 1024,
} satisfies RecordingLimits

/** Reads a recording piece by piece, so that a large file is never in memory as text. */
export interface RecordingReader {
  /** `undefined` until the first line is complete. */
  readonly header: RecordingHeader | undefined
  /** Gives the entries that are complete. @throws RecordingError */
  read: (text: string) => RecordingEntry[]
  /** Call it after the last piece. @throws RecordingError */
  end: () => void
}

export function createRecordingReader(limits: RecordingLimits = {}): RecordingReader {
  const { longestLine, mostCharacters } = { ...RECORDING_LIMITS, ...limits }
  let header: RecordingHeader | undefined
  /** The pieces of the line that is not complete. */
  let pieces: string[] = []
  let length = 0
  let total = 0
  let line = 1
  let latest = 0
  let hasState = false

  function take(text: string): RecordingEntry | undefined {
    if (!header) {
      header = readHeader(text)
      return undefined
    }
    if (text.trim() === '') return undefined
    const entry = readEntry(text, line)
    if (entry.at < latest) throw new RecordingError('bad_line', line)
    latest = entry.at
    const head = 'frame' in entry && !hasState ? headOf(entry.frame) : undefined
    if (head && head.type !== 'session_update') throw new RecordingError('no_state', line)
    hasState ||= head !== undefined
    return entry
  }

  return {
    get header() {
      return header
    },
    read(text) {
      const entries: RecordingEntry[] = []
      let from = 0
      for (;;) {
        const end = text.indexOf('\n', from)
        const piece = text.slice(from, end === -1 ? undefined : end)
        length += piece.length
        total += piece.length
        // The first line of another kind of file may have any length.
        if (length > (header ? longestLine : 4096))
          throw new RecordingError(header ? 'line_too_long' : 'not_a_recording', line)
        if (total > mostCharacters) throw new RecordingError('too_large', line)
        pieces.push(piece)
        if (end === -1) return entries
        const entry = take(pieces.join(''))
        if (entry) entries.push(entry)
        pieces = []
        length = 0
        line++
        from = end + 1
      }
    },
    end() {
      if (!header) throw new RecordingError('not_a_recording')
      // The last line always ends with a line feed.
      if (length > 0) throw new RecordingError('cut_off', line)
      if (!hasState) throw new RecordingError('no_state')
    },
  }
}
