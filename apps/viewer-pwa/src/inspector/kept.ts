import { createItemIds, createRecent, type ItemIds, type Recent, type View } from './model/index.ts'

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
  /** What was shown last; `undefined` before the inspector is closed for the first time. */
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

const all = new WeakMap<object, KeptInspector>()

/**
 * What was kept for a session. Another session replaces it, so each owner holds one state besides the present one, with
 * which it shares what has not changed.
 *
 * @param owner the app, because each pane is an app with a session of its own
 */
export function keptFor(owner: object, session: string | undefined): KeptInspector {
  let kept = all.get(owner)
  if (kept?.session !== session) kept = undefined
  if (!kept) all.set(owner, (kept = createKept(session)))
  return kept
}
