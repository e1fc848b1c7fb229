/** One visible line of the tree. Rows in which nothing changed keep their identity from one list to the next. */
export interface Row {
  /** Stays when the part moves. */
  key: string
  /** The key of the part. Different from `key` for rows of a pinned part. */
  part: string
  name: string
  /** Names from the store on, joined by dots. */
  path: string
  value: unknown
  /** 0 for stores and pinned parts. */
  depth: number
  /** `undefined` if the value has no parts. */
  open: boolean | undefined
  /** From 1, among the rows of the same container. */
  position: number
  /** How many rows the container has. */
  size: number
  isPinned: boolean
}

/** Before the keys of rows of a pinned part. */
export const PIN = '\u001Dpin'

/** The rows of one store or pinned part, its own first. Never changed: a change makes another one. */
export interface Section {
  rows: readonly Row[]
  /** For each row, the index in `rows` of its container; -1 for the first row. */
  parents: readonly number[]
  /** The index of a row in `rows`. Made when a key is first looked up. */
  places?: ReadonlyMap<string, number>
}

/** The index of a row in its section. */
export function placeIn(section: Section, key: string): number | undefined {
  section.places ??= new Map(section.rows.map((row, index) => [row.key, index]))
  return section.places.get(key)
}

/** All rows, in sections. Making a list takes time in proportion to the number of sections, not of rows. */
export interface RowList extends Iterable<Row> {
  readonly length: number
  /** `undefined` before the first and after the last row. */
  at: (index: number) => Row | undefined
  /**
   * -1 if there is no row with this key.
   *
   * @param hint where the row was last: most changes leave it there, and then nothing is searched
   */
  indexOf: (key: string, hint?: number) => number
  /** The index of the row that contains a row; -1 for the outermost ones. */
  parentOf: (index: number) => number
  /** Whether a part has a row, in the tree or below a pinned part. */
  shows: (part: string) => boolean
}

export function createRowList(sections: readonly Section[]): RowList {
  const starts: number[] = []
  let length = 0
  for (const { rows } of sections) {
    starts.push(length)
    length += rows.length
  }

  /** The last section that starts at or before a row. */
  function sectionAt(index: number): number {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= index) low = middle
      else high = middle - 1
    }
    return low
  }

  function at(index: number): Row | undefined {
    if (index < 0 || index >= length) return undefined
    const section = sectionAt(index)
    return sections[section]!.rows[index - starts[section]!]
  }

  function parentOf(index: number): number {
    if (index < 0 || index >= length) return -1
    const section = sectionAt(index)
    const start = starts[section]!
    const parent = sections[section]!.parents[index - start]!
    return parent === -1 ? -1 : start + parent
  }

  function indexOf(key: string, hint = -1): number {
    if (at(hint)?.key === key) return hint
    for (const [at, section] of sections.entries()) {
      // The key of a part starts with the key of its store.
      if (!key.startsWith(section.rows[0]!.key)) continue
      const place = placeIn(section, key)
      if (place !== undefined) return starts[at]! + place
    }
    return -1
  }

  return {
    length,
    at,
    indexOf,
    parentOf,
    shows: (part) => indexOf(part) !== -1 || indexOf(PIN + part) !== -1,
    *[Symbol.iterator]() {
      for (const { rows } of sections) yield* rows
    },
  }
}
