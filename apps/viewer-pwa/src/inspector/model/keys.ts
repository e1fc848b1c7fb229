import { type ItemIds, type Part, partWith } from './parts.ts'

/** The stores that the inspector shows, live or of a moment in the past. Immutable: unchanged parts keep their identity. */
export interface View {
  /** In the host's order. */
  ids: readonly string[]
  stores: ReadonlyMap<string, object>
}

export const EMPTY_VIEW: View = { ids: [], stores: new Map() }

/** Between the ids of a key. Names hardly ever contain it; in those that do, it is escaped. */
const SEPARATOR = '\u001F'
const ESCAPE = '\u001E'

const escape = (id: string): string =>
  id.includes(SEPARATOR) || id.includes(ESCAPE)
    ? id.replaceAll(ESCAPE, `${ESCAPE}e`).replaceAll(SEPARATOR, `${ESCAPE}s`)
    : id
const unescape = (id: string): string =>
  id.replaceAll(`${ESCAPE}s`, SEPARATOR).replaceAll(`${ESCAPE}e`, ESCAPE)

/** The key of a part: where it is, by the ids of the parts on the way. It stays when items of lists move. */
export const childKey = (parent: string | undefined, id: string): string =>
  parent === undefined ? escape(id) : `${parent}${SEPARATOR}${escape(id)}`

/** The key of the container of a part; `undefined` for a store. */
export function parentKey(key: string): string | undefined {
  const end = key.lastIndexOf(SEPARATOR)
  return end === -1 ? undefined : key.slice(0, end)
}

export const keyOf = (ids: readonly string[]): string => ids.map(escape).join(SEPARATOR)

/** The parts from the store to the part with this key; `undefined` if the view has no such part. */
export function resolve(key: string, view: View, ids: ItemIds): Part[] | undefined {
  const [store, ...rest] = key.split(SEPARATOR).map(unescape)
  let value: unknown = view.stores.get(store!)
  if (value === undefined) return undefined
  const steps: Part[] = [{ id: store!, name: store!, value }]
  for (const id of rest) {
    const part = partWith(value, id, ids)
    if (!part) return undefined
    steps.push(part)
    ;({ value } = part)
  }
  return steps
}

/**
 * The key of the same part for an inspector that is opened later, which numbers the items of lists by their index.
 * `undefined` if the view has no such part.
 */
export function lastingKey(key: string, view: View, ids: ItemIds): string | undefined {
  const steps = resolve(key, view, ids)
  if (!steps) return undefined
  return keyOf(
    steps.map(({ id, name }, at) => {
      const container = steps[at - 1]?.value
      return Array.isArray(container) || container instanceof Set ? name : id
    }),
  )
}

/** The path in JavaScript: `session.points[3].name`. An item of a set is `[...session.tags][0]`. */
export function pathOf(steps: readonly Part[]): string {
  let path = ''
  for (const [at, { name }] of steps.entries()) {
    const container = at === 0 ? undefined : steps[at - 1]!.value
    if (container === undefined) path = name
    else if (Array.isArray(container)) path += `[${name}]`
    else if (container instanceof Set) path = `[...${path}][${name}]`
    else if (container instanceof Map) path += `.get(${mapKey(container, steps[at]!)})`
    else path += /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
  }
  return path
}

const mapKey = (map: Map<unknown, unknown>, part: Part): string =>
  part.id.startsWith('s') && map.has(part.name) ? JSON.stringify(part.name) : part.name
