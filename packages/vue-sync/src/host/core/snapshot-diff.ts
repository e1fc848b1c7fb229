import {
  escapeKey,
  isContainer,
  type Json,
  type PatchOperation,
  type Payload,
  type StoreFields,
} from '../../protocol/index.ts'
import { diffValue } from './patch-diff.ts'
import { joined } from './runs.ts'

/**
 * - `same`: nothing to send.
 * - `fields`: fields changed, came or went. Each field is either whole in `changed` or as operations in `patch`,
 *   whichever is shorter. A field that went is a `remove` in `patch`.
 * - `structure`: a store was added or removed, which needs a whole state.
 */
export type Difference =
  | { kind: 'same' | 'structure' }
  | { kind: 'fields'; changed: Payload; patch: PatchOperation[] }

function sameKeys(a: object, b: object): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key))
}

/** Whether `value` as JSON has more than `limit` characters. Stops counting there. */
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

/** Compares two snapshots of `createTrackedReader` by identity. The result is plain JSON. */
export function diffSnapshots(prev: Payload, next: Payload): Difference {
  if (!sameKeys(prev, next)) return { kind: 'structure' }
  const changed: Payload = {}
  const patch: PatchOperation[] = []
  for (const [id, fields] of Object.entries(next)) {
    const before = prev[id]!
    if (before === fields) continue
    const whole: StoreFields = {}
    const pathOf = (key: string): string => `/${escapeKey(id)}/${escapeKey(key)}`
    for (const key of Object.keys(before))
      if (!Object.hasOwn(fields, key)) patch.push({ op: 'remove', path: pathOf(key) })
    for (const [key, value] of Object.entries(fields)) {
      const old = Object.hasOwn(before, key) ? before[key] : undefined
      if (old === value) continue
      const operations =
        isContainer(value) && isContainer(old) ? diffValue(old, value, pathOf(key)) : undefined
      if (operations && isLongerThan(value, JSON.stringify(operations).length))
        patch.push(...operations)
      // Another object with equal content has no operations.
      else if (operations?.length !== 0) whole[key] = joined(value)
    }
    if (Object.keys(whole).length > 0) changed[id] = whole
  }
  const isSame = patch.length === 0 && Object.keys(changed).length === 0
  return isSame ? { kind: 'same' } : { kind: 'fields', changed, patch }
}
