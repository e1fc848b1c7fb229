import type { Payload, StoreFields } from '../protocol/index.ts'

/**
 * - `same`: nothing to send.
 * - `fields`: only values of known fields changed.
 * - `structure`: a store or a field came or went, so only a whole state says it.
 */
export type Difference = { kind: 'same' | 'structure' } | { kind: 'fields'; changed: Payload }

function sameKeys(a: object, b: object): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key))
}

/** Compares two snapshots by identity: see `createTrackedReader`. */
export function diffSnapshots(prev: Payload, next: Payload): Difference {
  if (!sameKeys(prev, next)) return { kind: 'structure' }
  const changed: Payload = {}
  for (const [id, fields] of Object.entries(next)) {
    const before = prev[id]!
    if (before === fields) continue
    if (!sameKeys(before, fields)) return { kind: 'structure' }
    const changes: StoreFields = {}
    for (const [key, value] of Object.entries(fields)) {
      if (before[key] !== value) changes[key] = value
    }
    if (Object.keys(changes).length > 0) changed[id] = changes
  }
  return Object.keys(changed).length > 0 ? { kind: 'fields', changed } : { kind: 'same' }
}
