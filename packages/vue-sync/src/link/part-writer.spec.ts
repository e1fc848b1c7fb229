import { expect, it } from 'vitest'
import { PART_BYTES, readPart } from '../protocol/index.ts'
import { createPartWriter } from './part-writer.ts'

const LIMIT = 1_000_000
const long = (fill: string) => fill.repeat(3 * PART_BYTES)
const at = (type: 'session_update' | 'config_update', seq: number) => ({ type, epoch: 'e', seq })

/** A writer whose relay receives frames when the test says so. */
function start(knowsParts = true) {
  const sent: (string | Uint8Array)[] = []
  const events: string[] = []
  let time = 0
  const writer = createPartWriter({
    send: (frame) => sent.push(frame) > 0,
    onIdle: () => events.push('idle'),
    onStall: () => events.push('stall'),
    now: () => time,
  })
  if (knowsParts) writer.allow(LIMIT)
  /** The relay confirms each part, until nothing new is sent. Returns what it got, with a part as `id:seq?`. */
  function deliver(): string[] {
    const got: string[] = []
    for (let frame = sent.shift(); frame !== undefined; frame = sent.shift()) {
      const part = typeof frame === 'string' ? undefined : readPart(frame)
      if (!part) {
        got.push(String(frame))
        continue
      }
      const { id, at: start, message } = part.header
      if (message) got.push(`${message.type} ${message.seq}`)
      writer.read(JSON.stringify({ type: 'received', id, bytes: start + part.slice.length }))
    }
    return got
  }
  return { writer, sent, events, deliver, pass: (ms: number) => (time += ms) }
}

it('sends whole messages to a relay that does not know parts', () => {
  const { writer, deliver } = start(false)
  writer.send(long('a'), at('session_update', 1))
  expect(writer.isBusy).toBe(false)
  expect(deliver()).toEqual([long('a')])
})

it('sends short messages between the parts, and long ones after the last part', () => {
  const { writer, sent, events, deliver } = start()
  writer.send(long('a'), at('session_update', 1))
  expect(writer.isBusy).toBe(true)
  expect(writer.send('short 2', at('config_update', 2))).toBe(true)
  expect(sent.at(-1)).toBe('short 2')
  writer.send(long('b'), at('config_update', 3))
  expect(writer.isBlocked).toBe(true)
  writer.send('short 4', at('config_update', 4))
  writer.send('status', undefined)
  expect(sent.at(-1)).toBe('status')
  const got = deliver()
  expect(got).toEqual(['session_update 1', 'short 2', 'status', 'config_update 3', 'short 4'])
  expect(events).toEqual(['idle', 'idle'])
  expect([writer.isBusy, writer.isBlocked, writer.progress]).toEqual([false, false, undefined])
})

it('leaves out what waits behind a message when a whole state follows it', () => {
  const { writer, deliver } = start()
  writer.send(long('a'), at('session_update', 1))
  writer.send(long('b'), at('config_update', 2))
  writer.send(long('c'), at('session_update', 3))
  expect(deliver()).toEqual(['session_update 1', 'session_update 3'])
})

it('sends a short whole state after the last part, because it is not based on the message in parts', () => {
  const { writer, deliver } = start()
  writer.send(long('a'), at('session_update', 1))
  writer.send('short 2', at('session_update', 2))
  expect(deliver()).toEqual(['session_update 1', 'short 2'])
})

it('reports a relay that confirms nothing for 35 s, and no slow one', () => {
  const { writer, events, pass } = start()
  writer.send(long('a'), at('session_update', 1))
  for (let beat = 0; beat < 2; beat++) {
    pass(20_000)
    writer.read('{"type":"status","payload":{}}')
  }
  expect(events).toContain('stall')
  const slow = start()
  slow.writer.send(long('a'), at('session_update', 1))
  for (let part = 0; part < 20 && slow.writer.isBusy; part++) {
    slow.pass(20_000)
    slow.writer.read('{"type":"status","payload":{}}')
    const frame = slow.sent.shift() as Uint8Array
    const { header, slice } = readPart(frame)!
    const receipt = { type: 'received', id: header.id, bytes: header.at + slice.length }
    slow.writer.read(JSON.stringify(receipt))
  }
  expect(slow.events).not.toContain('stall')
})

it('begins again after a lost connection, with what the next relay allows', () => {
  const { writer, sent, deliver } = start()
  writer.send(long('a'), at('session_update', 1))
  writer.discard(true)
  sent.length = 0
  writer.send(long('b'), at('session_update', 1))
  expect(deliver()).toEqual([long('b')])
})
