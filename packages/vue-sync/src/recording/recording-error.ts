/**
 * - `not_a_recording`: the first line is not the header of a recording.
 * - `newer_version`: a later version of vue-sync wrote it.
 * - `bad_line`: a line is malformed.
 * - `cut_off`: the last line is not complete.
 * - `line_too_long`, `too_large`: a limit was exceeded.
 * - `no_state`: there is no whole state from which it could be played.
 */
export type RecordingProblem =
  | 'not_a_recording'
  | 'newer_version'
  | 'bad_line'
  | 'cut_off'
  | 'line_too_long'
  | 'too_large'
  | 'no_state'

const TEXTS: Record<RecordingProblem, (line: number) => string> = {
  not_a_recording: () => 'This file is not a recording of vue-sync.',
  newer_version: () => 'A later version of vue-sync wrote this recording. Update vue-sync.',
  bad_line: (line) => `Line ${line} of the recording is malformed.`,
  cut_off: (line) => `The recording is cut off in line ${line}. Copy the whole file.`,
  line_too_long: (line) => `Line ${line} of the recording is too long.`,
  too_large: (line) => `The recording is too large: it exceeds the limit in line ${line}.`,
  no_state: () => 'The recording has no whole state, so it cannot be played.',
}

/** Why a file cannot be played. The message is in English and has no content of the file. */
export class RecordingError extends Error {
  readonly problem: RecordingProblem
  /** The first line is 1. */
  readonly line: number

  constructor(problem: RecordingProblem, line = 1) {
    super(TEXTS[problem](line))
    this.problem = problem
    this.line = line
  }
}
