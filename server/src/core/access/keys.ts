import { randomId } from '@vue-sync/vue/protocol'
import { createKeyCheck } from './key-check.ts'

/** A random key of at least 128 bits, safe in a URL. */
export function generateKey(): string {
  return randomId()
}

/** Compares two keys once, as `createKeyCheck` does. */
export async function keysMatch(given: string | undefined, expected: string): Promise<boolean> {
  return createKeyCheck(expected)(given)
}
