import { hasParts, plainText, toJson } from './values.ts'

/** One part of an object, array, map or set. */
export interface Part {
  /** Identifies the part within its container. It stays the same when an item moves. */
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
  /** Returns an id that was never used. */
  next: () => number
  /** The id of an object that is a key of a map. */
  idOfKey: (key: object) => number
}

/** The ids of new items are greater, so that they never equal an index. */
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

/** The item of a list at an index. */
export const itemAt = (list: readonly unknown[], index: number, ids: ItemIds): Part => ({
  id: `${ids.idAt(list, index)}`,
  name: `${index}`,
  value: list[index],
})

/** Returns the part with this id without making the other parts of a list or an object. */
export function partWith(value: unknown, id: string, ids: ItemIds): Part | undefined {
  if (Array.isArray(value)) {
    const wanted = Number(id)
    if (!Number.isInteger(wanted) || `${wanted}` !== id) return undefined
    const isAt = (index: number): boolean => ids.idAt(value, index) === wanted
    // Most items have never moved.
    if (wanted >= 0 && wanted < value.length && isAt(wanted)) return itemAt(value, wanted, ids)
    for (let index = 0; index < value.length; index++)
      if (isAt(index)) return itemAt(value, index, ids)
    return undefined
  }
  if (value instanceof Map || value instanceof Set) {
    for (const part of partsOf(value, ids)) if (part.id === id) return part
    return undefined
  }
  // As in `partsOf`: own fields that are enumerable.
  return hasParts(value) && Object.prototype.propertyIsEnumerable.call(value, id)
    ? { id, name: id, value: (value as Record<string, unknown>)[id] }
    : undefined
}

/** Returns the parts of a value in order: none for values without parts. */
export function* partsOf(value: unknown, ids: ItemIds): Generator<Part> {
  if (!hasParts(value)) return
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) yield itemAt(value, index, ids)
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
