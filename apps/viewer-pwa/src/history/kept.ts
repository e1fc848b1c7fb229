import type { View } from '../inspector/model/index.ts'
import type { OpenedRecording } from './recording/open-recording.ts'

/** What the history of one session keeps while another view, such as the scene, is shown. */
export interface KeptHistory {
  /** Names the session. */
  session: string | undefined
  /** Whether the log is open. */
  isOpen: boolean
  /** The shown state of the past; `undefined` for the present, and for a recording. */
  paused: Paused | undefined
  /** The open recording, and the id of its shown moment. */
  recording: { opened: OpenedRecording; id: number | undefined } | undefined
}

export interface Paused {
  view: View
  /** Milliseconds since 1970. */
  at: number
  /** The number of the message that led to this state. */
  seq?: number | undefined
}

export const createKept = (session?: string): KeptHistory => ({
  session,
  isOpen: false,
  paused: undefined,
  recording: undefined,
})

const all = new WeakMap<object, KeptHistory>()

/**
 * What was kept for a session. Another session replaces it.
 *
 * @param owner the app, because each pane is an app with a session of its own
 */
export function keptFor(owner: object, session: string | undefined): KeptHistory {
  let kept = all.get(owner)
  if (kept?.session !== session) kept = undefined
  if (!kept) all.set(owner, (kept = createKept(session)))
  return kept
}
