import { childKey, type View } from './keys.ts'
import { type ItemIds, type Part, partsOf } from './parts.ts'
import { createRowList, PIN, placeIn, type Row, type RowList, type Section } from './row-list.ts'
import { sizeOf } from './values.ts'

/** Shows only some parts, and those inside of which they are. */
export interface Filter {
  matches: ReadonlySet<string>
  /** The containers of matches. They are open. */
  around: ReadonlySet<string>
}

export interface Pin {
  part: string
  name: string
  path: string
  value: unknown
}

export interface Rows {
  list: (view: View, filter?: Filter, pins?: readonly Pin[]) => RowList
  /** Opens or closes a row; `list` shows it. */
  setOpen: (row: Pick<Row, 'key'>, open: boolean) => void
}

/** Parts at depth 1 open by themselves if they have at most this many parts. */
const FEW_PARTS = 12
/** Stores open by themselves if there are at most this many. */
const FEW_STORES = 6
/** For at most this many rows it is known whether they are open. Parts come and go without end in some sessions. */
const MOST_KNOWN = 10_000

/** The rows of a section that is being made. */
interface Draft {
  rows: Row[]
  parents: number[]
  /** The section before the change. */
  before: Section | undefined
  /** Whether all rows up to now have the same key and place as before. */
  isSameOrder: boolean
  /** How many stores there are. */
  stores: number
}

/**
 * @param open whether a row is open, by its key: what the user chose, or what was decided when the row was first seen,
 *   so that a list that grows does not close. The latest choice comes last.
 */
export function createRows(ids: ItemIds, open: Map<string, boolean> = new Map()): Rows {
  /** Counts every opening and closing. */
  let version = 0
  let cached = new Map<string, { stamp: string; value: object; section: Section }>()
  let cachedFilter: Filter | undefined

  function decide(key: string, now: boolean): void {
    open.delete(key)
    open.set(key, now)
    const [oldest] = open.keys()
    if (open.size > MOST_KNOWN) open.delete(oldest!)
  }

  function isOpen(row: Omit<Row, 'open'>, size: number, stores: number): boolean {
    let now = open.get(row.key)
    if (now === undefined) {
      now = row.depth === 0 ? !row.isPinned && stores <= FEW_STORES : size <= FEW_PARTS
      if (row.depth > 1) return false
      decide(row.key, now)
    }
    return now
  }

  function add(
    draft: Draft,
    filter: Filter | undefined,
    parent: number,
    row: Omit<Row, 'open'>,
  ): void {
    const { key, part, value, depth, path } = row
    const size = sizeOf(value)
    const isForced = filter?.around.has(part) === true
    const now =
      size === 0
        ? undefined
        : isForced ||
          (filter ? open.get(key) === true && depth > 0 : isOpen(row, size, draft.stores))
    const index = draft.rows.length
    const old = earlier(draft, key)
    draft.rows.push(reuse(old, { ...row, open: now }))
    draft.parents.push(parent)
    if (now !== true) return
    const inner = isForced ? filter : undefined
    const kept = inner && keptParts(part, value, inner)
    const count = kept ? kept.length : size
    let position = 0
    for (const { id, name, value: next } of kept ?? partsOf(value, ids))
      add(draft, filter, index, {
        key: childKey(key, id),
        part: childKey(part, id),
        name,
        path: `${path}.${name}`,
        value: next,
        depth: depth + 1,
        position: ++position,
        size: count,
        isPinned: row.isPinned,
      })
  }

  function keptParts(container: string, value: unknown, { matches, around }: Filter): Part[] {
    const kept: Part[] = []
    for (const part of partsOf(value, ids)) {
      const key = childKey(container, part.id)
      if (matches.has(key) || around.has(key)) kept.push(part)
    }
    return kept
  }

  function list(view: View, filter?: Filter, pins: readonly Pin[] = []): RowList {
    const tops: Omit<Row, 'open' | 'position' | 'size'>[] = pins.map((pin) => ({
      ...pin,
      key: `${PIN}${pin.part}`,
      depth: 0,
      isPinned: true,
    }))
    for (const id of view.ids) {
      const part = childKey(undefined, id)
      const value = view.stores.get(id)!
      if (filter && !filter.matches.has(part) && !filter.around.has(part)) continue
      tops.push({ key: part, part, name: id, path: id, value, depth: 0, isPinned: false })
    }
    const next: typeof cached = new Map()
    for (const [at, top] of tops.entries()) {
      const stamp = `${version} ${at} ${tops.length}`
      const known = cached.get(top.key)
      const isSame = known?.stamp === stamp && known.value === top.value && filter === cachedFilter
      const section = isSame ? known.section : makeSection(known?.section)
      next.set(top.key, { stamp, value: top.value as object, section })

      function makeSection(before: Section | undefined): Section {
        const draft: Draft = {
          rows: [],
          parents: [],
          before,
          isSameOrder: true,
          stores: view.ids.length,
        }
        const place = { position: at + 1, size: tops.length }
        add(draft, top.isPinned ? undefined : filter, -1, { ...top, ...place })
        const { rows, parents } = draft
        const isSameOrder = draft.isSameOrder && rows.length === before?.rows.length
        return { rows, parents, ...(isSameOrder && before.places && { places: before.places }) }
      }
    }
    cached = next
    cachedFilter = filter
    return createRowList([...next.values()].map(({ section }) => section))
  }

  return {
    list,
    setOpen({ key }, now) {
      version++
      decide(key, now)
    },
  }
}

function reuse(old: Row | undefined, now: Row): Row {
  return old &&
    Object.is(old.value, now.value) &&
    old.open === now.open &&
    old.name === now.name &&
    old.path === now.path &&
    old.position === now.position &&
    old.size === now.size
    ? old
    : now
}

/** The earlier version of the row that is added next. Most changes leave it where it was. */
function earlier(draft: Draft, key: string): Row | undefined {
  const { before, rows } = draft
  const old = before?.rows[rows.length]
  if (!before || old?.key === key) return old
  draft.isSameOrder = false
  return before.rows[placeIn(before, key) ?? -1]
}
