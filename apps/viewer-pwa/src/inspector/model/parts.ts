import { hasParts, plainText, toJson } from './values.ts'

/** One part of an object, array, map or set. */
export interface Part {
  /** Tells the parts of one container apart, and stays when an item moves. */
  id: string
  /** Field name, index or key, for people. */
  name: string
  value: unknown
}

/**
 * The identity of the items of arrays and sets. An item that moves, or is replaced by a newer version of itself,
 * keeps its id. Items of a list that never changed have their index as id, which takes no memory.
 */
export interface ItemIds {
  idAt: (list: object, index: number) => number
  /** Gives the items of a list their ids. */
  assign: (list: object, ids: readonly number[]) => void
  has: (list: object) => boolean
  /** An id that no item has had. */
  next: () => number
  /** Tells objects apart that are keys of maps. */
  idOfKey: (key: object) => number
}

/** New items get ids from here, so that they never meet an index. */
const FIRST_ID = 1e9

export function createItemIds(): ItemIds {
  const lists = new WeakMap<object, readonly number[]>()
  const keys = new WeakMap<object, number>()
  let last = FIRST_ID
  return {
    idAt: (list, index) => lists.get(list)?.[index] ?? index,
    assign: (list, ids) => void lists.set(list, ids),
    has: (list) => lists.has(list),
    next: () => ++last,
    idOfKey(key) {
      let id = keys.get(key)
      if (id === undefined) keys.set(key, (id = ++last))
      return id
    },
  }
}

/** The key of a map on one line. */
export const keyName = (key: unknown): string => (hasParts(key) ? toJson(key) : plainText(key))

function keyId(key: unknown, ids: ItemIds): string {
  return typeof key === 'object' && key !== null
    ? `o${ids.idOfKey(key)}`
    : `${(typeof key)[0]}${plainText(key)}`
}

/** Returns the parts of a value in order: none for values without parts. */
export function* partsOf(value: unknown, ids: ItemIds): Generator<Part> {
  if (!hasParts(value)) return
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++)
      yield { id: `${ids.idAt(value, index)}`, name: `${index}`, value: value[index] as unknown }
  } else if (value instanceof Map) {
    for (const [key, part] of value)
      yield { id: keyId(key, ids), name: keyName(key), value: part as unknown }
  } else if (value instanceof Set) {
    let index = 0
    for (const part of value)
      yield { id: `${ids.idAt(value, index)}`, name: `${index++}`, value: part as unknown }
  } else {
    for (const name of Object.keys(value))
      yield { id: name, name, value: (value as Record<string, unknown>)[name] }
  }
}
