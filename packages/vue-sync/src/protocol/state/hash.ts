import type { Json } from '../envelope.ts'
import { isContainer } from './share.ts'

/** Hashes by container. Immutable states share containers, so only changed ones are hashed again. */
export type HashCache = WeakMap<object, number>

function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193) >>> 0
}

/** FNV-1a over UTF-16 code units. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = mix(hash, text.charCodeAt(index))
  return hash
}

/** A 32-bit hash of immutable JSON. The order of an object's keys has no effect, because patches change it. */
export function hashOf(value: Json, cache: HashCache): number {
  // As JSON, because the quotes tell a string from a number.
  if (!isContainer(value)) return hashText(JSON.stringify(value))
  const known = cache.get(value)
  if (known !== undefined) return known
  let hash = Array.isArray(value) ? 1 : 2
  if (Array.isArray(value)) for (const item of value) hash = mix(hash, hashOf(item, cache))
  else
    for (const [key, item] of Object.entries(value))
      hash = (hash + mix(mix(hashText(key), hashOf(item, cache)), 3)) >>> 0
  // Ends the container, so that nested and flat lists differ.
  hash = mix(hash, 7)
  cache.set(value, hash)
  return hash
}
