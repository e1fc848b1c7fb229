import {
  escapeKey,
  isContainer,
  type Json,
  type PatchOperation,
  type Payload,
  type StoreFields,
} from '../../protocol/index.ts'
import { diffValue } from './patch-diff.ts'

/**
 * - `same`: nothing to send.
 * - `fields`: values changed; `changed` says them whole, `patch` from inside, whichever is lighter.
 * - `structure`: a store or a field came or went, so only a whole state says it.
 */
export type Difference =
  | { kind: 'same' | 'structure' }
  | { kind: 'fields'; changed: Payload; patch: PatchOperation[] }

function sameKeys(a: object, b: object): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key))
}

/** Whether `value` is longer than `limit` characters as JSON; looks no further than that. */
function isLongerThan(value: Json, limit: number): boolean {
  let left = limit
  const take = (part: Json): boolean => {
    if (!isContainer(part)) {
      left -= typeof part === 'string' ? part.length + 2 : 1
      return left < 0
    }
    left -= 2
    return Array.isArray(part)
      ? part.some((item) => (left--, take(item)))
      : Object.entries(part).some(([key, item]) => ((left -= key.length + 4), take(item)))
  }
  return take(value)
}

/** Compares two snapshots by identity: see `createTrackedReader`. */
export function diffSnapshots(prev: Payload, next: Payload): Difference {
  if (!sameKeys(prev, next)) return { kind: 'structure' }
  const changed: Payload = {}
  const patch: PatchOperation[] = []
  let any = false
  for (const [id, fields] of Object.entries(next)) {
    const before = prev[id]!
    if (before === fields) continue
    if (!sameKeys(before, fields)) return { kind: 'structure' }
    const whole: StoreFields = {}
    for (const [key, value] of Object.entries(fields)) {
      if (before[key] === value) continue
      any = true
      const operations =
        isContainer(value) && isContainer(before[key])
          ? diffValue(before[key], value, `/${escapeKey(id)}/${escapeKey(key)}`)
          : undefined
      if (operations && isLongerThan(value, JSON.stringify(operations).length))
        patch.push(...operations)
      else whole[key] = value
    }
    if (Object.keys(whole).length > 0) changed[id] = whole
  }
  return any ? { kind: 'fields', changed, patch } : { kind: 'same' }
}
