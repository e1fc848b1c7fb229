import type { Entry, FunctionEntry, TypeEntry } from './model.ts'
import { type Page, PAGES, SHARED, SHARING } from './pages.ts'
import type { Reader } from './read-entries.ts'

export interface Module {
  name: string
  page: string
  entries: Entry[]
}

/** All exports, and the place where each is described. */
export interface Catalogue {
  modules: Module[]
  pages: readonly Page[]
  /** The exports that the page describes, in the order of its modules. */
  onPage: (page: string) => Entry[]
  /** The page that describes an export, and its heading there; `undefined` for other names. */
  placeOf: (name: string) => { page: string; slug: string } | undefined
  /** The type that is described as part of the only function which uses it. */
  partOf: (entry: FunctionEntry, name: string | undefined) => TypeEntry | undefined
}

/** As VitePress makes the id of a heading from its text. */
export const slugOf = (heading: string): string =>
  heading
    .replaceAll(/[`()]/g, '')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\w]+/g, '-')
    .replace(/^(\d)/, '_$1')

export const isFunction = (entry: Entry): entry is FunctionEntry => 'params' in entry
const isType = (entry: Entry): entry is TypeEntry => 'members' in entry

/** The text of an entry's heading. */
export const headingOf = (entry: Entry): string =>
  entry.kind === 'function'
    ? `${entry.name}()`
    : entry.kind === 'component'
      ? `<${entry.name}>`
      : entry.name

/** A compact page lists functions and constants in a table, and only the table has a heading. */
function headingOn(page: string, entry: Entry): string {
  const isCompact = PAGES.find(({ name }) => name === page)?.isCompact
  if (!isCompact || isType(entry)) return headingOf(entry)
  return isFunction(entry) ? 'Functions' : 'Constants'
}

export const optionsHeading = (entry: FunctionEntry): string =>
  entry.kind === 'component' ? `Props of ${entry.name}` : `Options of ${entry.name}`
export const resultHeading = (entry: FunctionEntry): string => `What ${entry.name} returns`

export function createCatalogue(reader: Reader): Catalogue {
  const modules = PAGES.flatMap((page) =>
    Object.entries(page.modules).map(([name, file]): Module => ({
      name,
      page: page.name,
      entries: reader.read(file).filter((entry) => !page.hidden?.includes(entry.name)),
    })),
  )
  /** The page of each export. */
  const homes = new Map<string, { page: string; entry: Entry }>()
  for (const { page, entries } of modules)
    for (const entry of entries) {
      const first = homes.get(entry.name)
      if (!first) homes.set(entry.name, { page, entry })
      else if (page !== first.page && SHARING.includes(page) && SHARING.includes(first.page))
        first.page = SHARED
    }

  /** How many functions use a type as their options or result. */
  const uses = new Map<string, number>()
  for (const { entry } of homes.values())
    if (isFunction(entry))
      for (const name of new Set([entry.options, entry.result]))
        if (name !== undefined) uses.set(name, (uses.get(name) ?? 0) + 1)

  function partOf(entry: FunctionEntry, name: string | undefined): TypeEntry | undefined {
    const home = homes.get(name ?? '')
    const isCompact = PAGES.find((page) => page.name === home?.page)?.isCompact
    const isAlone =
      home && !isCompact && uses.get(name!) === 1 && home.page === homes.get(entry.name)?.page
    return isAlone && isType(home.entry) && home.entry.members.length > 0 ? home.entry : undefined
  }

  const places = new Map<string, { page: string; slug: string }>()
  for (const [name, { page, entry }] of homes)
    places.set(name, { page, slug: slugOf(headingOn(page, entry)) })
  for (const { page, entry } of homes.values())
    if (isFunction(entry)) {
      const options = partOf(entry, entry.options)
      const result = partOf(entry, entry.result)
      if (options) places.set(options.name, { page, slug: slugOf(optionsHeading(entry)) })
      if (result) places.set(result.name, { page, slug: slugOf(resultHeading(entry)) })
    }

  return {
    modules,
    pages: PAGES,
    onPage: (page) =>
      [...homes.values()].flatMap((home) => (home.page === page ? [home.entry] : [])),
    placeOf: (name) => places.get(name),
    partOf,
  }
}
