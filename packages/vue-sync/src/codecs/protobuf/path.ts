import { type Json } from '../../protocol/index.ts'
import { type Field, isFreeForm, type MessageType, type ValueType } from './schema/types.ts'

/** The place that a path has led to: in a message, in a list or map of a field, in free JSON, or at a value. */
type Place =
  | { in: 'message'; type: MessageType }
  | { in: 'field'; field: Field }
  | { in: 'json' }
  | { in: 'value' }

/** The last field of a path, through which the value at its end is written and read. */
export interface Holder {
  type: MessageType
  field: Field
  /** The labels of the fields before it. */
  before: string[]
  /** The index or key after the field; `undefined` if the path ends at the field. */
  entry: string | undefined
}

/** A path as numbers: see `Operation` in PROTOCOL.md. */
export interface NumberedPath {
  steps: number[]
  keys: string[]
  /** Missing for a path into JSON. */
  holder: Holder | undefined
}

/** Stands for the next of `keys`. */
const KEY = 0

function placeOf(value: ValueType): Place {
  if (value.message) return { in: 'message', type: value.message }
  return { in: isFreeForm(value) ? 'json' : 'value' }
}

const placeAt = (field: Field): Place =>
  field.shape === 'single' ? placeOf(field.value) : { in: 'field', field }

/** @param keys of a JSON pointer, after the store's id */
export function numberPath(keys: readonly string[], type: MessageType | undefined): NumberedPath {
  const path: NumberedPath = { steps: [], keys: [], holder: undefined }
  let place: Place = type ? { in: 'message', type } : { in: 'json' }
  const before: string[] = []
  const pushKey = (key: string): void => {
    path.steps.push(KEY)
    path.keys.push(key)
  }
  for (const key of keys) {
    const field: Field | undefined = place.in === 'message' ? place.type.byKey.get(key) : undefined
    if (place.in === 'message' && field) {
      path.steps.push(field.number)
      path.holder = { type: place.type, field, before: [...before], entry: undefined }
      before.push(field.label)
      place = placeAt(field)
      continue
    }
    if (place.in === 'field') {
      if (place.field.shape === 'list' && key !== '-') path.steps.push(Number(key) + 1)
      else pushKey(key)
      path.holder!.entry = key
      place = placeOf(place.field.value)
      continue
    }
    // Inside a value that is carried as JSON, or one that the schema does not have.
    pushKey(key)
    path.holder = undefined
    place = { in: 'json' }
  }
  return path
}

/** A path as the viewer's keys; `undefined` if it leads through a field that the viewer does not have. */
export interface NamedPath {
  keys: string[]
  holder: Holder | undefined
}

/**
 * @param keys the texts that `steps` refers to
 * @throws Error for a path that no host writes
 */
export function namePath(
  { steps, keys }: Pick<NumberedPath, 'steps' | 'keys'>,
  type: MessageType | undefined,
  refused: ReadonlySet<Field> | undefined,
): NamedPath | undefined {
  const path: NamedPath = { keys: [], holder: undefined }
  let place: Place = type ? { in: 'message', type } : { in: 'json' }
  const before: string[] = []
  let used = 0
  for (const step of steps) {
    const key = step === KEY ? keys[used++] : undefined
    if (step === KEY && key === undefined) throw new Error('no key')
    if (place.in === 'message' && step !== KEY) {
      const field: Field | undefined = place.type.byNumber.get(step)
      if (!field || refused?.has(field)) return undefined
      path.keys.push(field.key)
      path.holder = { type: place.type, field, before: [...before], entry: undefined }
      before.push(field.label)
      place = placeAt(field)
    } else if (place.in === 'field') {
      path.holder!.entry = key ?? String(step - 1)
      path.keys.push(path.holder!.entry)
      place = placeOf(place.field.value)
    } else {
      // A number leads into a message, so this viewer lacks the schema of the store or of the field.
      if (key === undefined) return undefined
      path.keys.push(key)
      path.holder = undefined
      place = { in: 'json' }
    }
  }
  return path
}

/** The holder of a path as an object with nothing but the value at the end of the path. */
export function holding({ field, entry }: Holder, value: Json): { [key: string]: Json } {
  const inside = entry === undefined ? value : field.shape === 'list' ? [value] : { [entry]: value }
  return { [field.key]: inside }
}

/** Gives the value that `holding` has wrapped; `undefined` if it is missing. */
export function held({ field, entry }: Holder, object: { [key: string]: Json }): Json | undefined {
  const inside = Object.hasOwn(object, field.key) ? object[field.key] : undefined
  if (entry === undefined || inside === undefined) return inside
  return Object.values(inside as object)[0] as Json | undefined
}
