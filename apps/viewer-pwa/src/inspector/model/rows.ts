import { childKey, type View } from './keys.ts'
import { type ItemIds, partsOf } from './parts.ts'
import { createRowList, PIN, type Row, type RowList, type Section } from './row-list.ts'
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

export function createRows(ids: ItemIds): Rows {
  /** What the user chose, or what was decided when the row was first seen: a list that grows does not close. */
  const open = new Map<string, boolean>()
  /** Counts every opening and closing. */
  let version = 0
  let cached = new Map<string, { stamp: string; value: object; section: Section }>()
  let cachedFilter: Filter | undefined

  function isOpen(row: Omit<Row, 'open'>, size: number, stores: number): boolean {
    let now = open.get(row.key)
    if (now === undefined) {
      now = row.depth === 0 ? !row.isPinned && stores <= FEW_STORES : size <= FEW_PARTS
      if (row.depth > 1) return false
      open.set(row.key, now)
    }
    return now
  }

  function add(
    rows: Row[],
    old: ReadonlyMap<string, Row>,
    filter: Filter | undefined,
    stores: number,
    row: Omit<Row, 'open'>,
  ): void {
    const { key, part, value, depth, path } = row
    const size = sizeOf(value)
    const isForced = filter?.around.has(part) === true
    const now =
      size === 0
        ? undefined
        : isForced || (filter ? open.get(key) === true && depth > 0 : isOpen(row, size, stores))
    rows.push(reuse(old.get(key), { ...row, open: now }))
    if (now !== true) return
    const inner = isForced ? filter : undefined
    let parts = partsOf(value, ids)
    let count = size
    if (inner) {
      const kept = [...parts].filter(({ id }) => {
        const child = childKey(part, id)
        return inner.matches.has(child) || inner.around.has(child)
      })
      count = kept.length
      parts = kept[Symbol.iterator]() as never
    }
    let position = 0
    for (const { id, name, value: next } of parts)
      add(rows, old, filter, stores, {
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
        const old = new Map(before?.rows.map((row) => [row.key, row]))
        const rows: Row[] = []
        const inner = top.isPinned ? undefined : filter
        const place = { position: at + 1, size: tops.length }
        add(rows, old, inner, view.ids.length, { ...top, ...place })
        return { rows }
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
      open.set(key, now)
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
