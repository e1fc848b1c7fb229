import { afterEach, expect, it, vi } from 'vitest'
import { PART_BYTES, readPart } from '../protocol/index.ts'
import { createLazyPartWriter } from './lazy-part-writer.ts'

const long = (fill: string) => fill.repeat(2 * PART_BYTES)
const at = (type: 'session_update' | 'config_update', seq: number) => ({ type, epoch: 'e', seq })

function start() {
  const sent: (string | Uint8Array)[] = []
  const onIdle = vi.fn<() => void>()
  const send = (frame: string | Uint8Array) => sent.push(frame) > 0
  const writer = createLazyPartWriter({ send, onIdle, onStall() {} })
  writer.allow(1_000_000)
  return { writer, sent, onIdle }
}

const messageOf = (frame: string | Uint8Array | undefined) =>
  frame instanceof Uint8Array ? readPart(frame)?.header.message : undefined

afterEach(() => {
  vi.doUnmock('./part-writer.ts')
  vi.resetModules()
})

it('sends a short message at once', () => {
  const { writer, sent } = start()
  writer.send('short', at('config_update', 1))
  writer.send('status', undefined)
  expect(sent).toEqual(['short', 'status'])
  expect(writer.isBusy).toBe(false)
})

it('sends a long message in parts once the code is loaded, and later messages after it', async () => {
  const { writer, sent, onIdle } = start()
  writer.send(long('a'), at('session_update', 1))
  expect([writer.isBusy, writer.isBlocked]).toEqual([true, true])
  writer.send('short', at('config_update', 2))
  writer.send('status', undefined)
  expect(sent).toEqual(['status'])
  await expect.poll(() => onIdle.mock.calls.length).toBe(1)
  expect(messageOf(sent[1])).toEqual(at('session_update', 1))
  expect(sent.at(-1)).toBe('short')
  expect([writer.isBusy, writer.isBlocked]).toEqual([true, false])
  expect(writer.progress).toEqual({ sent: 0, total: 2 * PART_BYTES })
})

it('sends only the latest whole state that waits for the code', async () => {
  const { writer, sent, onIdle } = start()
  writer.send(long('a'), at('session_update', 1))
  writer.send(long('b'), at('session_update', 2))
  await expect.poll(() => onIdle.mock.calls.length).toBe(1)
  expect(messageOf(sent[0])).toEqual(at('session_update', 2))
})

it('sends nothing of a lost connection when the code is loaded, and what follows on the next one', async () => {
  const { writer, sent, onIdle } = start()
  writer.send(long('a'), at('session_update', 1))
  writer.discard(true)
  expect(writer.isBusy).toBe(false)
  await expect.poll(() => onIdle.mock.calls.length).toBe(1)
  expect(sent).toEqual([])
  writer.allow(1_000_000)
  writer.send(long('b'), at('session_update', 2))
  expect(messageOf(sent[0])).toEqual(at('session_update', 2))
})

it('sends whole messages if the code cannot be loaded', async () => {
  vi.doMock('./part-writer.ts', () => {
    throw new Error('offline')
  })
  const { writer, sent, onIdle } = start()
  writer.send(long('a'), at('session_update', 1))
  writer.send('short', at('config_update', 2))
  await expect.poll(() => onIdle.mock.calls.length).toBe(1)
  expect(sent).toEqual([long('a'), 'short'])
  expect(writer.isBusy).toBe(false)
})
