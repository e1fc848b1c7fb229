import { toRaw } from 'vue'
import type { RichValues } from '../protocol/index.ts'

/** The keys of `current` that `next` has too are the first keys of `next`, in the same order. */
function isInOrder(current: Map<unknown, unknown> | Set<unknown>, next: typeof current): boolean {
  const order = next.keys()
  for (const key of current.keys()) {
    if (next.has(key) && !Object.is(order.next().value, key)) return false
  }
  return true
}

/** Deletes what `next` does not have. Deletes all if the order of the rest differs, because it cannot be changed. */
function trim(current: Map<unknown, unknown> | Set<unknown>, next: typeof current): void {
  const raw = toRaw(current)
  if (!isInOrder(raw, next)) return current.clear()
  for (const key of raw.keys()) if (!next.has(key)) current.delete(key)
}

/** What a viewer needs to write maps and sets into its stores. */
export function createWriter(): Pick<RichValues, 'copy' | 'merge'> {
  return {
    copy(value, copy) {
      if (value instanceof Map)
        return new Map([...value].map(([key, part]) => [key, copy(part)] as const))
      return value instanceof Set ? new Set(value) : value
    },
    merge(current, next, write) {
      if (current instanceof Map && next instanceof Map) {
        const old = new Map(toRaw(current))
        trim(current, next)
        for (const [key, part] of next) {
          if (old.has(key) && !toRaw(current).has(key)) current.set(key, old.get(key))
          // An entry as the property of an object.
          const entry = {
            get value(): unknown {
              return current.get(key)
            },
            set value(made) {
              current.set(key, made)
            },
          }
          if (part === undefined) {
            if (!current.has(key) || old.get(key) !== undefined) current.set(key, undefined)
          } else write(entry, 'value', part)
        }
        return true
      }
      if (!(current instanceof Set && next instanceof Set)) {
        // A setup function may hold the collection itself, which must not show what the host no longer has.
        if (current instanceof Map || current instanceof Set) current.clear()
        return false
      }
      trim(current, next)
      for (const item of next) if (!toRaw(current).has(item)) current.add(item)
      return true
    },
  }
}
