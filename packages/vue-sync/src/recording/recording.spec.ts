import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createRecordingReader,
  fold,
  formatEntry,
  formatHeader,
  headerFor,
  headOf,
  type RecordingEntry,
  RecordingError,
  type RecordingHeader,
} from './index.ts'

const HEADER: RecordingHeader = {
  start: 1795521395545,
  protocol: 1,
  session: 'default',
  epoch: 'e',
  codec: 'json',
  encrypted: false,
}
const WHOLE = '{"type":"session_update","epoch":"e","seq":1,"payload":{"s":{"a":1}}}'

const frames = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 }))
const events = fc.constantFrom('lost' as const, 'connected' as const)
const entries = fc
  .array(
    fc.tuple(
      fc.nat(1000),
      fc.oneof(
        frames.filter((frame) => headOf(frame) === undefined).map((frame) => ({ frame })),
        events.map((event) => ({ event })),
      ),
    ),
    { maxLength: 20 },
  )
  .map((list) => {
    let at = 0
    const all: RecordingEntry[] = [{ at, frame: WHOLE }]
    for (const [wait, entry] of list) all.push(Object.assign(entry, { at: (at += wait) }))
    return all
  })

/** Reads a text in pieces of this many characters. */
function read(text: string, size = text.length): RecordingEntry[] {
  const reader = createRecordingReader()
  const found: RecordingEntry[] = []
  for (let at = 0; at < text.length; at += size)
    found.push(...reader.read(text.slice(at, at + size)))
  reader.end()
  return found
}

function problemOf(text: string, limits = {}): string {
  try {
    const reader = createRecordingReader(limits)
    reader.read(text)
    reader.end()
  } catch (error) {
    if (error instanceof RecordingError) return `${error.problem} ${error.line}`
    throw error
  }
  return 'none'
}

describe('a recording', () => {
  it('gives the very frames that were written, however the file is cut into pieces', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 200 }), (list, size) => {
        const text = formatHeader(HEADER) + list.map(formatEntry).join('')
        expect(read(text, size)).toEqual(list)
      }),
    )
  })

  it('keeps a binary frame of 100 kB', () => {
    const frame = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251)
    const text =
      formatHeader(HEADER) + formatEntry({ at: 0, frame: WHOLE }) + formatEntry({ at: 5, frame })
    expect(read(text)[1]).toEqual({ at: 5, frame })
  })

  it('states the codec and whether it is encrypted, and then not the name', () => {
    const head = { type: 'session_update', epoch: 'e', seq: 1 } as const
    const rest = { start: 1, session: 'default', name: 'Final' }
    expect(headerFor(head, rest)).toMatchObject({ codec: 'json', encrypted: false, name: 'Final' })
    const sealed = headerFor({ ...head, codec: 'aes-256-gcm.es256' }, rest)
    expect(sealed).toMatchObject({ encrypted: true })
    expect(sealed).not.toHaveProperty('name')
  })
})

describe('a file that cannot be played', () => {
  const header = formatHeader(HEADER)
  const whole = formatEntry({ at: 0, frame: WHOLE })
  const update =
    '{"at":1,"text":"{\\"type\\":\\"config_update\\",\\"epoch\\":\\"e\\",\\"seq\\":2,\\"payload\\":{}}"}\n'

  it.each<[string, string, string]>([
    ['is empty', '', 'not_a_recording 1'],
    ['is a picture', '\u{FFFD}PNG\r\n\u001A\n\0\0', 'not_a_recording 1'],
    ['is JSON of another kind', '{"type":"session_update"}\n', 'not_a_recording 1'],
    ['is one long line of something else', 'x'.repeat(10_000), 'not_a_recording 1'],
    ['has a session name that is a path', header.replace('default', '../x'), 'not_a_recording 1'],
    ['is of a later version', header.replace('"version":1', '"version":2'), 'newer_version 1'],
    ['is of a later protocol', header.replace('"protocol":1', '"protocol":2'), 'newer_version 1'],
    ['has no state', header, 'no_state 1'],
    ['begins with a change', header + update, 'no_state 2'],
    ['has a line that is no JSON', `${header}${whole}nonsense\n`, 'bad_line 3'],
    ['has bytes that are not base64', `${header}${whole}{"at":1,"binary":"§"}\n`, 'bad_line 3'],
    ['goes back in time', `${header}{"at":9,"event":"lost"}\n${whole}`, 'bad_line 3'],
    ['has a time that is no number', `${header}{"at":null,"event":"lost"}\n`, 'bad_line 2'],
    ['has an unknown event', `${header}{"at":1,"event":"__proto__"}\n`, 'bad_line 2'],
    ['nests a million levels', `${header}${'['.repeat(1e6)}\n`, 'bad_line 2'],
    ['is cut off', header + whole.slice(0, -9), 'cut_off 2'],
  ])('%s', (_, text, problem) => {
    expect(problemOf(text)).toBe(problem)
  })

  it('has a line above the limit, which is never held as a whole', () => {
    const reader = createRecordingReader({ longestLine: 1000 })
    reader.read(header)
    expect(() => {
      for (let piece = 0; piece < 3; piece++) reader.read('x'.repeat(400))
    }).toThrow('Line 2 of the recording is too long.')
  })

  it('is larger than the limit', () => {
    expect(problemOf(header + whole.repeat(50), { mostCharacters: 1000 })).toMatch(/^too_large/)
  })

  it('changes no prototype', () => {
    const hostile =
      '{"at":0,"__proto__":{"text":"x"},"constructor":{"prototype":{"polluted":1}},"event":"lost"}\n'
    expect(read(header + hostile + whole)[0]).toEqual({ at: 0, event: 'lost' })
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    expect(problemOf(`${header}{"__proto__":{"at":1,"event":"lost"}}\n`)).toBe('bad_line 2')
  })
})

describe('fold', () => {
  it('gives the state after each message, and shares what did not change', () => {
    const first = fold(
      {},
      { type: 'session_update', epoch: 'e', seq: 1, payload: { a: { x: 1 }, b: { y: [1] } } },
    )
    const second = fold(first, {
      type: 'config_update',
      epoch: 'e',
      seq: 2,
      payload: { a: { x: 2 } },
      patch: [{ op: 'add', path: '/c', value: { z: 3 } }],
    })
    expect(second).toEqual({ a: { x: 2 }, b: { y: [1] }, c: { z: 3 } })
    expect(second['b']).toBe(first['b'])
    expect(first).toEqual({ a: { x: 1 }, b: { y: [1] } })
  })

  it('refuses what does not fit', () => {
    const update = { type: 'config_update', epoch: 'e', seq: 2, payload: {} } as const
    expect(() => fold({}, { ...update, patch: [{ op: 'remove', path: '/a/b' }] })).toThrow()
    expect(() => fold({}, { ...update, patch: [{ op: 'add', path: '/a', value: 1 }] })).toThrow(
      'object',
    )
  })
})
