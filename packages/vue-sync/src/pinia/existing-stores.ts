import type { Pinia, Store } from 'pinia'

/** A Pinia's existing stores by id, without disposed ones. Pinia has no public list of them. */
export function existingStores(pinia: Pinia): ReadonlyMap<string, Store> {
  // oxlint-disable-next-line no-underscore-dangle -- Pinia's own name; stable since Pinia 2
  return (pinia as Pinia & { _s: Map<string, Store> })._s
}
