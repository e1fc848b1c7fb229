import type { Json } from '../envelope.ts'
import { isContainer } from './share.ts'

/**
 * What one message may cost a viewer: the bytes that it unpacks to, and the characters that its patch copies.
 * A relay accepts no larger whole state unless its operator allows it.
 */
export const MOST_BYTES = 16 * 1024 * 1024
/** The deepest nesting of a message and of a state. Recursive code, also that of apps, fails at some depth. */
export const MOST_DEPTH = 500

/** Whether JSON text nests too deep. */
export function isTooDeep(json: string): boolean {
  // Each level has two brackets.
  if (json.length <= 2 * MOST_DEPTH) return false
  let depth = 0
  let inText = false
  for (let at = 0; at < json.length && depth <= MOST_DEPTH; at++) {
    const code = json.charCodeAt(at)
    if (code === 0x5c) at++
    else if (code === 0x22) inText = !inText
    // This bit is the only difference between `[` and `{`, and between `]` and `}`.
    else if (!inText) depth += (code | 0x20) === 0x7b ? 1 : (code | 0x20) === 0x7d ? -1 : 0
  }
  return depth > MOST_DEPTH
}

/**
 * What a number beyond the range of doubles has: an exponent of three digits, or very many digits. Most texts have
 * neither. `\b` keeps the search linear.
 */
const MAYBE_INFINITE = /\de\+?\d{3}|\b\d{200}/i

function isFinite(value: unknown): boolean {
  if (isContainer(value)) return Object.values(value).every(isFinite)
  return value !== Infinity && value !== -Infinity
}

/**
 * Parses JSON. `JSON.parse` alone takes seconds for millions of brackets, and reads `1e999` as Infinity.
 *
 * @throws Error for JSON that is malformed, nests too deep, or has a number beyond the range of doubles
 */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new Error()
  const value: unknown = JSON.parse(text)
  if (MAYBE_INFINITE.test(text) && !isFinite(value)) throw new Error()
  return value
}

/**
 * The approximate length of a value as JSON.
 *
 * @param depth of the container around the value
 * @throws Error for a value that nests too deep, also for a cycle
 */
export function sizeOf(value: Json, depth = 0): number {
  if (!isContainer(value)) return typeof value === 'string' ? value.length + 2 : 1
  if (++depth > MOST_DEPTH) throw new Error('too deep')
  let size = 2
  if (Array.isArray(value)) for (const item of value) size += 1 + sizeOf(item, depth)
  else for (const key of Object.keys(value)) size += key.length + 4 + sizeOf(value[key]!, depth)
  return size
}
