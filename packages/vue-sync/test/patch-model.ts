import type { Json, PatchOperation } from '../src/protocol/index.ts'

/** JSON with a `Map` for each object, so no key is special. */
export type Model = null | boolean | number | string | Model[] | Map<string, Model>

export function modelOf(value: Json): Model {
  if (Array.isArray(value)) return value.map(modelOf)
  if (typeof value !== 'object' || value === null) return value
  return new Map(Object.entries(value).map(([key, item]) => [key, modelOf(item)]))
}

class Refused extends Error {}

function isEqual(a: Model, b: Model): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]!))
  if (a instanceof Map && b instanceof Map)
    return (
      a.size === b.size && [...a].every(([key, item]) => b.has(key) && isEqual(item, b.get(key)!))
    )
  return a === b
}

function indexOf(list: Model[], key: string, most: number): number {
  const index = key === '-' ? list.length : /^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : Infinity
  if (index > most) throw new Refused()
  return index
}

function childOf(holder: Model | undefined, key: string): Model {
  let child: Model | undefined
  if (Array.isArray(holder)) child = holder[indexOf(holder, key, holder.length - 1)]
  else if (holder instanceof Map) child = holder.get(key)
  if (child === undefined) throw new Refused()
  return child
}

/** Applies RFC 6902 operations as the document says them. Gives `undefined` if one of them cannot be applied. */
export function patchModel(root: Json, patch: Required<PatchOperation>[]): Model | undefined {
  const model = modelOf(root)
  const find = (path: string): [holder: Model, key: string] => {
    const keys = path.split('/').slice(1)
    const names = keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = names.pop()!
    return [names.reduce(childOf, model), last]
  }
  const read = (path: string) => childOf(...find(path))
  const add = (path: string, value: Model): void => {
    const [holder, key] = find(path)
    if (Array.isArray(holder)) holder.splice(indexOf(holder, key, holder.length), 0, value)
    else if (holder instanceof Map) holder.set(key, value)
    else throw new Refused()
  }
  const remove = (path: string): Model => {
    const value = read(path)
    const [holder, key] = find(path)
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else (holder as Map<string, Model>).delete(key)
    return value
  }
  const replace = (path: string, value: Model): void => {
    read(path)
    const [holder, key] = find(path)
    if (Array.isArray(holder)) holder[Number(key)] = value
    else (holder as Map<string, Model>).set(key, value)
  }
  try {
    for (const { op, path, from, value } of patch) {
      if (op === 'add') add(path, modelOf(value))
      else if (op === 'remove') remove(path)
      else if (op === 'replace') replace(path, modelOf(value))
      else if (op === 'move') add(path, remove(from))
      else if (op === 'copy') add(path, structuredClone(read(from)))
      else if (!isEqual(read(path), modelOf(value))) throw new Refused()
    }
    return model
  } catch (error) {
    if (error instanceof Refused) return undefined
    throw error
  }
}
