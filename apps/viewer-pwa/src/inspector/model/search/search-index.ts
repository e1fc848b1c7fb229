import { keyName } from '../parts.ts'
import { hasParts, plainText } from '../values.ts'

/** The names and values in one container, folded, in one text: a search in it is a single pass of the engine. */
export interface IndexedContainer {
  /** An entry for each part, joined by `BETWEEN`: its name, if it has one, and its value, if that has no parts. */
  text: string
  /** The parts that are containers: their place among the parts, and the container. */
  containers: readonly (readonly [at: number, container: object])[]
  size: number
}

/** Between two entries. Like the mark between a name and its value, it cannot be typed. */
export const BETWEEN = '\u0001'
const NAME_END = '\u0002'

/** Removes case and accents, so that "E" finds "é". */
export function fold(text: string): string {
  const lower = text.toLowerCase()
  // eslint-disable-next-line no-control-regex
  return /^[\u0000-\u007F]*$/.test(lower) ? lower : lower.normalize('NFKD').replace(/\p{M}/gu, '')
}

// Containers are immutable, and those that did not change are the same in the next state.
const indexed = new WeakMap<object, IndexedContainer>()

/** The folded query, without the marks that separate entries in the index. */
export const needleOf = (query: string): string => fold(withoutMarks(query).trim())

const withoutMarks = (text: string): string =>
  text.includes(BETWEEN) || text.includes(NAME_END)
    ? text.replaceAll(BETWEEN, ' ').replaceAll(NAME_END, ' ')
    : text

export function indexOf(container: object): IndexedContainer {
  let index = indexed.get(container)
  if (!index) indexed.set(container, (index = make(container)))
  return index
}

function make(container: object): IndexedContainer {
  const containers: [number, object][] = []
  let text = ''
  let size = 0
  function add(name: string | undefined, value: unknown): void {
    if (size > 0) text += BETWEEN
    if (name !== undefined) text += name + NAME_END
    if (hasParts(value)) containers.push([size, value])
    else text += withoutMarks(plainText(value))
    size++
  }
  // People do not search for the index of an item.
  if (Array.isArray(container) || container instanceof Set)
    for (const value of container) add(undefined, value)
  else if (container instanceof Map)
    for (const [key, value] of container) add(withoutMarks(keyName(key)), value)
  else
    for (const name of Object.keys(container))
      add(withoutMarks(name), (container as Record<string, unknown>)[name])
  return { text: fold(text), containers, size }
}
