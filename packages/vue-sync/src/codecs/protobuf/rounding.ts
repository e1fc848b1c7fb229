import type { Json, Payload, StoreFields } from '../../protocol/index.ts'
import { roundFloat } from './schema/numbers.ts'
import type { Schemas } from './outline.ts'
import { type Field, KIND, type MessageType, type ValueType } from './schema/types.ts'
import { isTyped } from './write-message.ts'

type JsonObject = { [key: string]: Json }

function hasFloat(type: MessageType): boolean {
  const types = [type]
  // The list grows while it is walked.
  for (const { fields } of types)
    for (const { value } of fields) {
      if ((value.wrapped ?? value).kind === KIND.float) return true
      if (value.message && !types.includes(value.message)) types.push(value.message)
    }
  return false
}

/** Rounds the parts of `copy`. Gives `original` if that changes none. */
function replaceParts<T extends Json[] | JsonObject>(
  copy: T,
  round: (value: Json, key: string) => Json,
  original: T,
): T {
  let isSame = true
  for (const [key, value] of Object.entries(original)) {
    const rounded = round(value as Json, key)
    if (rounded === value) continue
    isSame = false
    copy[key as never] = rounded as never
  }
  return isSame ? original : copy
}

/**
 * Gives a function that rounds the floats of a state as its bytes do. Parts without floats keep their
 * identity, and immutable parts are rounded once, so that the hash of a large state stays cheap.
 */
export function createRounding(schemas: Schemas): (state: Payload) => Payload {
  const floats = new Map<MessageType, boolean>()
  const caches = new Map<MessageType | Field, WeakMap<object, Json>>()

  function isAffected(type: MessageType): boolean {
    let known = floats.get(type)
    if (known === undefined) floats.set(type, (known = hasFloat(type)))
    return known
  }

  function cached<T extends object>(type: MessageType | Field, value: T, make: () => Json): T {
    let cache = caches.get(type)
    if (!cache) caches.set(type, (cache = new WeakMap()))
    let rounded = cache.get(value)
    if (rounded === undefined) cache.set(value, (rounded = make()))
    return rounded as T
  }

  function roundOne(type: ValueType, value: Json): Json {
    if ((type.wrapped ?? type).kind === KIND.float)
      return typeof value === 'number' ? roundFloat(value) : value
    return type.message && value !== null ? roundMessage(type.message, value as JsonObject) : value
  }

  function roundField(field: Field, value: Json): Json {
    const { shape, value: type } = field
    if (shape === 'single' || value === null) return roundOne(type, value)
    const container = value as Json[] | JsonObject
    return cached(field, container, () => {
      if (!isTyped(field, container)) return container
      if (Array.isArray(container))
        return replaceParts([...container], (item) => roundOne(type, item), container)
      return replaceParts({ ...container }, (item) => roundOne(type, item), container)
    })
  }

  function roundMessage(type: MessageType, object: JsonObject): JsonObject {
    if (!isAffected(type)) return object
    return cached(type, object, () =>
      replaceParts(
        { ...object },
        (value, key) => {
          const field = type.byKey.get(key)
          return field ? roundField(field, value) : value
        },
        object,
      ),
    )
  }

  return (state) =>
    replaceParts(
      { ...state },
      (fields, id) => {
        const type = schemas.get(id)
        return type ? roundMessage(type, fields as StoreFields) : fields
      },
      state,
    ) as Payload
}
