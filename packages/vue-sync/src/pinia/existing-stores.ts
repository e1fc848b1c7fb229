import type { Pinia, Store } from 'pinia'

/** The stores that a Pinia has made and not disposed, by id. Pinia has no public list of them. */
export function madeStores(pinia: Pinia): ReadonlyMap<string, Store> {
  // oxlint-disable-next-line no-underscore-dangle -- Pinia's own name; stable since Pinia 2
  return (pinia as Pinia & { _s: Map<string, Store> })._s
}
