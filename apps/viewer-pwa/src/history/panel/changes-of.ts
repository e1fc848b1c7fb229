import {
  type Change,
  changesBetween,
  createItemIds,
  pathOf,
  resolve,
} from '../../inspector/model/index.ts'
import type { Moment } from '../timeline.ts'

export interface LoggedChange extends Pick<Change, 'type' | 'before' | 'after'> {
  /** In JavaScript: `board.rows[3].name`. */
  path: string
}

export interface MomentChanges {
  /** The first ones. */
  list: LoggedChange[]
  /** How many more changes there are. An estimate, because a whole container may count as one change. */
  more: number
  /** The stores in which something changed. */
  stores: string[]
}

/** `listed`: how many changes are listed. `counted`: after these many, whole containers count as one. */
interface Depth {
  listed: number
  counted: number
}
const BRIEF: Depth = { listed: 3, counted: 50 }
/** An entry of the log with more lines would slow the page down. */
const FULL: Depth = { listed: 300, counted: 300 }

// Moments are immutable.
const known = new WeakMap<Moment, MomentChanges>()

/** The first 3 changes of a moment. They are computed only for the visible entries of the log. */
export function changesOf(moment: Moment): MomentChanges {
  let found = known.get(moment)
  if (!found) known.set(moment, (found = compare(moment, BRIEF)))
  return found
}

/** The changes of a moment that the user has unfolded: at most 300. */
export const allChangesOf = (moment: Moment): MomentChanges => compare(moment, FULL)

function compare({ kind, before, view }: Moment, { listed, counted }: Depth): MomentChanges {
  if (kind === 'start') return { list: [], more: 0, stores: [] }
  const ids = createItemIds()
  const changes = changesBetween(before, view, ids, counted)
  const stores = [...new Set([...before.ids, ...view.ids])].filter(
    (id) => before.stores.get(id) !== view.stores.get(id),
  )
  const list = changes.slice(0, listed).map(({ key, type, before: from, after }) => {
    const steps = resolve(key, type === 'removed' ? before : view, ids)
    return { path: steps ? pathOf(steps) : '', type, before: from, after }
  })
  return { list, more: changes.length - list.length, stores }
}
