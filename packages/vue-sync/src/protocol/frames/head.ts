import { isTooDeep, MOST_DEPTH } from '../state/bounds.ts'
import type { Message, StateMessage } from '../envelope.ts'
import { type BadPart, badPart, LONGEST_STATUS, type OnDropped, parseMessage } from './parse.ts'

/** The part of a state message that a relay reads. */
export type MessageHead = Pick<StateMessage, 'type' | 'epoch' | 'seq'>

/** Characters up to which a state message is parsed whole. Above that, only its outline is read. */
const PARSED_WHOLE = 4096
/** The most characters of a key, a type, an epoch or a seq, even if every character is an escape. */
const LONGEST_PART = 512

const PARTS: readonly string[] = ['nesting', 'payload'] satisfies BadPart[]

/** @param part the malformed part, as the message of the error */
const malformed = (part: BadPart = 'JSON'): Error => new Error(part)

/** Gives the index of the quote that ends the string at `at`, or the length of the text. */
function endOfString(json: string, at: number): number {
  while (++at < json.length) {
    const code = json.charCodeAt(at)
    if (code === 0x22) return at
    if (code === 0x5c) at++
  }
  return json.length
}

/** Gives the index of the first character from `at` on that is not white space. */
function skipSpace(text: string, at: number): number {
  for (;;) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at
    at++
  }
}

/**
 * Gives the index after the value that begins at `start`. Checks only its strings and brackets.
 *
 * @param depth of the container around the value
 */
function skipValue(text: string, start: number, depth: number): number {
  /** The brackets that close the open containers. */
  const open: number[] = []
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) at = endOfString(text, at)
    else if ((code | 0x20) === 0x7b) {
      if (open.push(code + 2) + depth > MOST_DEPTH) throw malformed('nesting')
    } else if (open.length > 0) {
      if ((code | 0x20) === 0x7d && open.pop() !== code) throw malformed()
    } else if (code === 0x2c || code === 0x7d) {
      // The end of a number or a word.
      if (at === start) throw malformed()
      return at
    } else continue
    if (open.length === 0) return at + 1
  }
  throw malformed()
}

/**
 * Calls `onValue` with each key of the object at `at` and the index of its value.
 *
 * @param onValue gives the index after the value
 * @returns the index after the object
 */
function readMembers(
  text: string,
  at: number,
  onValue: (key: string, start: number) => number,
): number {
  if (text[at] !== '{') throw malformed()
  at = skipSpace(text, at + 1)
  if (text[at] === '}') return at + 1
  for (;;) {
    if (text[at] !== '"') throw malformed()
    const end = endOfString(text, at)
    const raw = end - at > LONGEST_PART ? '' : text.slice(at + 1, end)
    const key = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
    at = skipSpace(text, end + 1)
    if (text[at] !== ':') throw malformed()
    at = skipSpace(text, onValue(key, skipSpace(text, at + 1)))
    if (text[at] === '}') return at + 1
    if (text[at] !== ',') throw malformed()
    at = skipSpace(text, at + 1)
  }
}

/** Reads the outline of a message. Its `payload` and its `patch` are empty. */
function readOutline(text: string): Record<string, unknown> {
  const outline: Record<string, unknown> = {}
  const end = readMembers(text, skipSpace(text, 0), (key, start) => {
    if (key === 'payload' && text[start] === '{') {
      let isOfStores = true
      const after = readMembers(text, start, (_, at) => {
        isOfStores &&= text[at] === '{'
        return skipValue(text, at, 2)
      })
      // A status may have other values, and its type may follow.
      outline[key] = isOfStores ? {} : undefined
      return after
    }
    const after = skipValue(text, start, 1)
    if (key === 'payload') outline[key] = undefined
    else if (key === 'patch') outline[key] = text[start] === '[' ? [] : null
    else if (key === 'type' || key === 'epoch' || key === 'seq')
      outline[key] = after - start > LONGEST_PART ? null : JSON.parse(text.slice(start, after))
    return after
  })
  if (skipSpace(text, end) !== text.length) throw malformed()
  return outline
}

/**
 * Reads what a relay needs of a text frame. Never throws. A long state message is not parsed, because that
 * takes many times as long: only its outline, its brackets and its nesting are checked.
 */
export function readMessageHead(
  frame: unknown,
  onDropped?: OnDropped,
): Message | MessageHead | undefined {
  if (typeof frame !== 'string') return parseMessage(frame, onDropped)
  if (frame.length <= PARSED_WHOLE && !isTooDeep(frame)) return parseMessage(frame, onDropped)
  let bad: BadPart | undefined
  try {
    const outline = readOutline(frame)
    const isStatus = outline['type'] === 'status'
    // A status is always parsed, because the relay reads all of it.
    if (isStatus && frame.length <= LONGEST_STATUS) return parseMessage(frame, onDropped)
    bad = isStatus ? 'payload' : badPart(outline)
    if (!bad) return outline as unknown as MessageHead
  } catch (error) {
    const { message } = error as Error
    bad = PARTS.includes(message) ? (message as BadPart) : 'JSON'
  }
  onDropped?.(bad)
  return undefined
}
