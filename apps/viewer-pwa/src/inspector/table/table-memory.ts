import { createMemory } from '../../device/memory.ts'
import type { Sorting } from '../model/index.ts'

/** How the user has set up a table. */
export interface TableLook {
  /** @default the first columns */
  columns?: readonly string[] | undefined
  /** @default the order of the list */
  sorting?: Sorting | undefined
}

/** The latest tables are remembered. */
const MOST_TABLES = 50
/** The names of a table's columns are not stored if they take more characters. */
const MOST_CHARACTERS = 4000

const memory = createMemory('vue-sync:tables', () => localStorage)
/** The latest table last. */
type Stored = [session: string, path: string, look: TableLook][]

function readAll(): Stored {
  try {
    const all = JSON.parse(memory.read() ?? '[]') as unknown
    return Array.isArray(all) ? (all as unknown[]).filter(isStored) : []
  } catch {
    return []
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'

function isStored(entry: unknown): entry is Stored[number] {
  if (!Array.isArray(entry)) return false
  const [session, path, look] = entry as unknown[]
  if (!isText(session) || !isText(path) || typeof look !== 'object' || !look) return false
  const { columns, sorting } = look as Record<'columns' | 'sorting', unknown>
  const hasColumns = columns === undefined || (Array.isArray(columns) && columns.every(isText))
  return hasColumns && (sorting === undefined || isText((sorting as Sorting | null)?.column))
}

/** @param path where the list is: `board.rows` */
export function readTable(session: string, path: string): TableLook {
  return readAll().find(([name, at]) => name === session && at === path)?.[2] ?? {}
}

export function writeTable(session: string, path: string, look: TableLook): void {
  const others = readAll().filter(([name, at]) => name !== session || at !== path)
  const isDefault = !look.columns && !look.sorting
  const isSmall = JSON.stringify([session, path, look]).length <= MOST_CHARACTERS
  if (!isDefault && isSmall) others.push([session, path, look])
  if (others.length === 0) memory.forget()
  else memory.write(JSON.stringify(others.slice(-MOST_TABLES)))
}
