import { createKeyCheck } from './key-check.ts'

/** A random key of 128 bits: 28 lower-case letters and digits, safe in a URL and as the value of a flag. */
export function generateKey(): string {
  const words = crypto.getRandomValues(new Uint32Array(4))
  return Array.from(words, (word) => word.toString(36).padStart(7, '0')).join('')
}

/** Kinds of characters, and how many characters each kind has. */
const ALPHABETS: [RegExp, number][] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/\d/, 10],
  [/[^a-zA-Z\d]/, 2],
]
/** Below 128, because the estimate is lower for a random key that lacks a kind by chance. */
const LONG_BITS = 120
const MIN_DIFFERENT = 10

/**
 * Whether a key is so long that no client can find it by guessing, however often it may try: about 128 bits if it is
 * random, so 22 characters of several kinds or 26 lower-case letters. A phrase of that length has five words or more,
 * which is 50 bits: at 10,000 tries a second it lasts for 3,500 years.
 */
export function isLongKey(key: string): boolean {
  const size = ALPHABETS.reduce((sum, [kind, count]) => sum + (kind.test(key) ? count : 0), 0)
  return key.length * Math.log2(size) >= LONG_BITS && new Set(key).size >= MIN_DIFFERENT
}

/** Compares two keys once, as `createKeyCheck` does. */
export async function keysMatch(given: string | undefined, expected: string): Promise<boolean> {
  return createKeyCheck(expected)(given)
}
