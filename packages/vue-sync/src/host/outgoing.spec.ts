import { expect, it } from 'vitest'
import { PART_BYTES, readPart } from '../protocol/index.ts'
import { createOutgoing } from './outgoing.ts'

const LIMIT = 20 * PART_BYTES
const long = 'x'.repeat(3 * PART_BYTES)
const at = (type: 'session_update' | 'config_update', seq: number) => ({ type, epoch: 'e', seq })

/** Messages to a relay that confirms parts when the test says so. */
function start() {
  const sent: (string | Uint8Array)[] = []
  const events: string[] = []
  const outgoing = createOutgoing({
    send: (frame) => sent.push(frame) > 0,
    onIdle: () => {},
    onStall: () => {},
    onTooLarge: () => events.push('too large'),
    onAccepted: () => events.push('accepted'),
  })
  const greet = () => outgoing.applyStatus({ parts: 1, limit: LIMIT })
  greet()
  /** Confirms parts until the present message has arrived. */
  function finish(): void {
    const { total } = outgoing.progress!
    for (let end = 0; end < total;) {
      const frame = sent.shift()!
      const part = typeof frame === 'string' ? undefined : readPart(frame)
      if (!part) continue
      end = part.header.at + part.slice.length
      outgoing.read(JSON.stringify({ type: 'received', id: part.header.id, bytes: end }))
    }
  }
  return { outgoing, events, finish, greet }
}

it('has unsent news in a long change that waits behind a state which the relay has', async () => {
  const { outgoing, finish } = start()
  outgoing.send('{}', at('session_update', 1))
  outgoing.send(long, at('session_update', 1))
  // The code that sends parts is loaded with the first long message.
  await expect.poll(() => outgoing.progress).toBeDefined()
  expect(outgoing.isSendingNews).toBe(false)
  outgoing.send('{}', at('config_update', 2))
  expect(outgoing.isSendingNews).toBe(false)
  outgoing.send(long, at('config_update', 3))
  expect(outgoing.isSendingNews).toBe(true)
  finish()
  expect([outgoing.isBusy, outgoing.isSendingNews]).toEqual([true, true])
  finish()
  expect(outgoing.isSendingNews).toBe(false)
})

it('has unsent news in a state that was lost with the connection before', () => {
  const { outgoing, greet } = start()
  outgoing.send(long, at('session_update', 1))
  expect(outgoing.isSendingNews).toBe(true)
  outgoing.discard(true)
  greet()
  outgoing.send(long, at('session_update', 1))
  expect(outgoing.isSendingNews).toBe(true)
})

it('has no news in a state that the relay has kept since the connection before', async () => {
  const { outgoing, greet } = start()
  outgoing.send('{}', at('session_update', 1))
  outgoing.discard(true)
  greet()
  outgoing.confirm({ epoch: 'e', seq: 1 })
  outgoing.send(long, at('session_update', 1))
  await expect.poll(() => outgoing.isBusy).toBe(true)
  expect(outgoing.isSendingNews).toBe(false)
})

it('has unsent news after the relay has refused a whole state, until it gets another one', async () => {
  const { outgoing } = start()
  outgoing.send(long, at('session_update', 1))
  await expect.poll(() => outgoing.progress).toBeDefined()
  outgoing.applyStatus({ error: { code: 'too_large', reason: '', limit: PART_BYTES } })
  expect([outgoing.isBusy, outgoing.isSendingNews]).toEqual([false, true])
  outgoing.send('{}', at('config_update', 2))
  expect(outgoing.isSendingNews).toBe(true)
  outgoing.send('{}', at('session_update', 2))
  expect(outgoing.isSendingNews).toBe(false)
})

it('accepts a later change after one that was too large, and only a whole state after a whole state', () => {
  const { outgoing, events } = start()
  const tooLarge = 'x'.repeat(LIMIT + 1)
  outgoing.send(tooLarge, at('config_update', 1))
  outgoing.send('{}', at('config_update', 1))
  expect(events.splice(0)).toEqual(['too large', 'accepted'])
  outgoing.send(tooLarge, at('session_update', 1))
  outgoing.send('{}', at('config_update', 2))
  expect(events.splice(0)).toEqual(['too large'])
  outgoing.send('{}', at('session_update', 2))
  expect(events).toEqual(['accepted'])
})
