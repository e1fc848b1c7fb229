/** Empty answers of caches end with another cursor than the request had, if they are this far apart. */
const STEP_MS = 10_000

/** FNV-1a over bytes. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

/** A status is encoded once for all viewers. */
const known = new WeakMap<Uint8Array, string>()

/** Stands for the content of a status: the same on all nodes of a relay. */
export function statusId(status: Uint8Array): string {
  let id = known.get(status)
  if (id === undefined) known.set(status, (id = hashOf(status).toString(36)))
  return id
}

/**
 * The cursor that stands for a status, for the next request of a viewer. It also depends on the time. Otherwise a
 * request after one that ended without news would have the same address, and a cache would answer it at once.
 *
 * @param now in milliseconds since 1970
 */
export const cursorOf = (status: Uint8Array, now: number): string =>
  `${statusId(status)}.${Math.floor(now / STEP_MS).toString(36)}`

/** Whether a cursor stands for a status with this content. */
export const standsFor = (cursor: string | undefined, status: Uint8Array): boolean =>
  cursor?.split('.', 1)[0] === statusId(status)
