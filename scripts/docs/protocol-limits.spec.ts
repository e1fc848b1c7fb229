import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createPinia } from 'pinia'
import { LIMIT_DEFAULTS } from '../../server/src/core/limits.ts'
import { createWarn } from '../../packages/vue-sync/src/diagnostics.ts'
import { LONGEST_LABEL } from '../../packages/vue-sync/src/protocol/access.ts'
import { LONGEST_STATUS } from '../../packages/vue-sync/src/protocol/frames/parse.ts'
import * as protocol from '../../packages/vue-sync/src/protocol/index.ts'
import { createMirror } from '../../packages/vue-sync/src/viewer/mirror/mirror.ts'

const {
  applyPatch,
  isPosition,
  MOST_BYTES,
  MOST_DEPTH,
  MOST_TOKENS,
  PART_BYTES,
  readHeader,
  readName,
} = protocol
const page = readFileSync(new URL('../../packages/vue-sync/PROTOCOL.md', import.meta.url), 'utf8')
const rows = new Map(
  [
    ...page
      .split('\n## Limits\n')[1]!
      .split('\n## ')[0]!
      .matchAll(/^\| ([^|]+) \| (\d+) \|/gm),
  ].map(([, name, value]) => [name, Number(value)]),
)

/** The highest number up to `most` that is allowed. */
function highest(most: number, isAllowed: (value: number) => boolean): number {
  let [low, high] = [0, most]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (isAllowed(middle)) low = middle
    else high = middle - 1
  }
  return low
}

function canHold(stores: number): boolean {
  const pinia = createPinia()
  const payload = Object.fromEntries(Array.from({ length: stores }, (_, id) => [`s${id}`, {}]))
  return createMirror({ pinia: () => pinia, warn: createWarn() }).apply({
    type: 'session_update',
    epoch: 'e',
    seq: 0,
    payload,
  })
}

/** Whether a state message of this many characters is parsed: then its malformed value is found. */
function isParsed(length: number): boolean {
  const start = '{"type":"session_update","epoch":"e","seq":0,"payload":{"s":{"a":nul}}'
  return protocol.readMessageHead(`${start}${' '.repeat(length - start.length - 1)}}`) === undefined
}

function hasHeader(bytes: number): boolean {
  const line = '{"type":"session_update","epoch":"e","seq":0}'
  return readHeader(new TextEncoder().encode(`${line.padEnd(bytes)}\n`)) !== undefined
}

function canAdd(characters: number): boolean {
  try {
    applyPatch({}, [{ op: 'add', path: '/s', value: 'x'.repeat(characters - 2) }])
    return true
  } catch {
    return false
  }
}

/** By row of the table. */
const LIMITS: Record<string, number> = {
  'bytes of a host’s message': LIMIT_DEFAULTS.hostMessage,
  'bytes of a viewer’s message': LIMIT_DEFAULTS.viewerMessage,
  'bytes of an unpacked body': MOST_BYTES,
  'levels of nesting': MOST_DEPTH,
  stores: highest(2000, canHold),
  'bytes of a binary frame’s header': highest(2000, (bytes) => bytes < 45 || hasHeader(bytes)),
  'characters of `epoch`': highest(200, (length) =>
    isPosition({ epoch: 'e'.repeat(length || 1), seq: 0 }),
  ),
  'characters of `name`': readName('x'.repeat(200))!.length,
  'characters of a status': LONGEST_STATUS,
  'cost of a patch': highest(2 * MOST_BYTES, (length) => length < 2 || canAdd(length)),
  'characters of a state': 2 * MOST_BYTES,
  'characters of a text frame that a relay parses': highest(
    8000,
    (length) => length < 72 || isParsed(length),
  ),
  'tokens, and revocations': MOST_TOKENS,
  'characters of a token’s label': LONGEST_LABEL,
  'bytes of a message that is sent whole': PART_BYTES,
}

describe('the table of limits in PROTOCOL.md', () => {
  it.each(Object.entries(LIMITS))('states the limit of the code: %s', (name, value) => {
    expect(rows.get(name.replaceAll('’', "'"))).toBe(value)
  })

  it('has no other row', () => {
    expect([...rows.keys()].toSorted()).toEqual(
      Object.keys(LIMITS)
        .map((name) => name.replaceAll('’', "'"))
        .toSorted(),
    )
  })
})
