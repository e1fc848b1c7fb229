import { toRaw } from 'vue'
import { clone, equal, isContainer, type Json, safeKeys } from '../protocol/index.ts'

type Fields = Record<string, unknown>

/** Arguments of one call: engines limit them, so a long array goes in batches. */
const BATCH = 8192

/** Writes one value into reactive `target`, or only what differs inside it. */
export function write(target: object, key: string | number, next: unknown): void {
  const current = (target as Fields)[key]
  const raw = toRaw(current)
  if (equal(raw as Json, next as Json)) return
  if (isContainer(raw) && isContainer(next) && Array.isArray(raw) === Array.isArray(next))
    reconcile(current as object, next)
  else (target as Fields)[key] = clone(next as Json)
}

/**
 * Makes reactive `target` deeply equal to `next`, in place: what is equal is not touched, so nothing that
 * shows it renders again. Arrays are aligned at both ends, so an insertion moves no neighbour.
 */
export function reconcile(target: object, next: object): void {
  if (Array.isArray(target)) return reconcileArray(target, next as unknown[])
  for (const key of Object.keys(target)) {
    if (!Object.hasOwn(next, key)) delete (target as Fields)[key]
  }
  for (const key of safeKeys(next)) write(target, key, (next as Fields)[key])
}

function reconcileArray(target: unknown[], next: unknown[]): void {
  const raw = toRaw(target) as Json[]
  const shift = raw.length - next.length
  const same = (index: number, from: number) => equal(raw[from], next[index] as Json)
  let head = 0
  while (head < next.length && head < raw.length && same(head, head)) head++
  let end = next.length
  while (end > head && end + shift > head && same(end - 1, end - 1 + shift)) end--
  const kept = Math.min(end, end + shift)
  for (let index = head; index < kept; index++) write(target, index, next[index])
  if (shift > 0) target.splice(kept, shift)
  for (let at = kept; at < end; at += BATCH)
    target.splice(
      at,
      0,
      ...next.slice(at, Math.min(at + BATCH, end)).map((item) => clone(item as Json)),
    )
}
