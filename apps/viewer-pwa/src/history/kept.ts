import type { View } from '../inspector/model/index.ts'
import { keepPerApp } from '../parts/keep-per-app.ts'
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

/** Returns what the history keeps for a session of an app. */
export const keptFor = keepPerApp(createKept)
