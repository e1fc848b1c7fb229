import { createItemIds, createRecent, type ItemIds, type Recent, type View } from './model/index.ts'
import { keepPerApp } from '../parts/keep-per-app.ts'

/** What the inspector of one session keeps while another view, such as the scene, is shown. */
export interface KeptInspector {
  /** Names the session. */
  session: string | undefined
  ids: ItemIds
  /** Whether a row is open, by its key. */
  open: Map<string, boolean>
  recent: Recent
  query: string
  onlyChanged: boolean
  /** The view that the inspector showed when the user last left it; `undefined` before that. */
  last: LastShown | undefined
}

export interface LastShown {
  /** The items in its lists have the ids by which rows are open and pinned. */
  view: View
  /** Milliseconds since 1970. */
  at: number
  isLive: boolean
  pins: readonly string[]
}

export const createKept = (session?: string): KeptInspector => ({
  session,
  ids: createItemIds(),
  open: new Map(),
  recent: createRecent(),
  query: '',
  onlyChanged: false,
  last: undefined,
})

/**
 * Returns what the inspector keeps for a session of an app. Its last view shares the unchanged parts of the present
 * state.
 */
export const keptFor = keepPerApp(createKept)
