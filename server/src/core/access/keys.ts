import { createKeyCheck } from './key-check.ts'

/** A random key of 128 bits: 28 lower-case letters and digits, safe in a URL and as the value of a flag. */
export function generateKey(): string {
  const words = crypto.getRandomValues(new Uint32Array(4))
  return Array.from(words, (word) => word.toString(36).padStart(7, '0')).join('')
}

/** Compares two keys once, as `createKeyCheck` does. */
export async function keysMatch(given: string | undefined, expected: string): Promise<boolean> {
  return createKeyCheck(expected)(given)
}
