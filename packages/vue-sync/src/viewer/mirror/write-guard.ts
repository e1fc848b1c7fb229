import type { Store } from 'pinia'
import { isRef, ReactiveEffect, shallowReactive, toRaw } from 'vue'
import type { Warn } from '../../diagnostics.ts'
import { isContainer } from '../../protocol/index.ts'

/** In development, warns when the app writes to a store that the viewer fills. */
export interface WriteGuard {
  /** Must be called when the viewer has written. */
  resume: () => void
  stop: () => void
}

/** Shorter arrays are looked through as a whole. */
const LONG = 256

/** Reads all that an object holds directly, so that the running effect tracks a write to any of it. */
function readParts(target: object): readonly unknown[] {
  if (isRef(target)) return [target.value]
  const tracked = shallowReactive(target)
  if (Array.isArray(tracked)) {
    // Creating the iterator tracks all elements as one dependency.
    tracked.values()
    return target as unknown[]
  }
  return tracked instanceof Map || tracked instanceof Set
    ? [...tracked.values()]
    : Object.values(tracked)
}

/**
 * Each object has an effect, which is not run again before the object has changed. A deep watch would read the
 * whole store after each write.
 *
 * @param isFilling whether the viewer itself is writing, to any store
 */
export function createWriteGuard(
  store: Store,
  isFilling: () => boolean,
  warn: Warn,
): WriteGuard | undefined {
  if (process.env.NODE_ENV === 'production') return undefined
  const followed = new WeakSet<object>()
  /** What looks for new parts of the objects that have changed. */
  const changed = new Set<() => void>()
  let stopped = false

  function follow(value: unknown): void {
    const target = toRaw(value)
    const isObject = isContainer(target) || isRef(target)
    if (!isObject && !(target instanceof Map) && !(target instanceof Set)) return
    if (followed.has(target)) return
    followed.add(target)
    followParts(() => readParts(target), Array.isArray(target))
  }

  function followParts(read: () => readonly unknown[], isArray = false): void {
    let parts: readonly unknown[] = []
    const effect = new ReactiveEffect(() => (parts = read()))
    /** What a long array held. Only the changed range is looked through. */
    let known: unknown[] = []
    function look(): void {
      if (stopped) return
      try {
        effect.run()
      } catch {
        // A getter of the app fails, and would fail again after each of the viewer's writes.
        stopped = true
        return
      }
      const shift = known.length - parts.length
      let head = 0
      while (head < parts.length && head < known.length && parts[head] === known[head]) head++
      let end = parts.length
      while (end > head && end + shift > head && parts[end - 1] === known[end - 1 + shift]) end--
      const added = parts.slice(head, end)
      if (added.length < LONG) known.splice(head, end + shift - head, ...added)
      else known = [...parts]
      // Vue does not unwrap a ref in an array, so an app that shows it shows what the ref itself holds.
      for (const part of added) if (!isArray || !isRef(part)) follow(part)
      if (known.length < LONG) known = []
    }
    effect.scheduler = () => {
      if (stopped) return
      changed.add(look)
      if (!isFilling()) warn('VS205', `store "${store.$id}"`)
    }
    look()
  }

  followParts(() => Object.values(store.$state))
  return {
    resume() {
      for (const look of changed) look()
      changed.clear()
    },
    stop() {
      stopped = true
    },
  }
}
