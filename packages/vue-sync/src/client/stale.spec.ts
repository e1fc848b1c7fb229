import { expect, it, vi } from 'vitest'
import { createSyncClient } from './sync-client.ts'

const POSITION = { epoch: 'e', seq: 1 }
const WHOLE = { type: 'session_update', ...POSITION, payload: { board: { n: 1 } } }
const CHANGE = { type: 'config_update', epoch: 'e', seq: 2, payload: { board: { n: 2 } } }
const status = (position: object, payload: object = {}) => ({
  type: 'status',
  ...position,
  payload: { host: 'online', since: 0, ...payload },
})

/** A viewer whose relay sends what the test says. */
async function start() {
  const sockets: EventTarget[] = []
  class FakeSocket extends EventTarget {
    static readonly OPEN = 1
    readyState = 1
    constructor() {
      super()
      sockets.push(this)
      queueMicrotask(() => this.dispatchEvent(new Event('open')))
    }
    send(): void {}
    close(): void {}
  }
  const client = createSyncClient({
    url: 'ws://127.0.0.1:1',
    backoff: { first: 1, max: 1 },
    WebSocket: FakeSocket as unknown as typeof WebSocket,
  })
  const dials = (count: number) => vi.waitUntil(() => sockets.length === count)
  await dials(1)
  return {
    client,
    /** Gives whether the state is called old after these messages. */
    after(...messages: object[]): boolean {
      for (const message of messages) {
        const data = JSON.stringify(message)
        sockets.at(-1)!.dispatchEvent(new MessageEvent('message', { data }))
      }
      return client.stale
    },
    async reconnect(): Promise<void> {
      const { length } = sockets
      sockets.at(-1)!.dispatchEvent(Object.assign(new Event('close'), { code: 1006, reason: '' }))
      await dials(length + 1)
    },
  }
}

// Cause: the client took the host's presence alone for a sign that the relay had sent everything.
it('calls state old until a status with its position, or state after a status, has arrived', async () => {
  const { client, after, reconnect } = await start()
  expect(client.stale).toBe(true)
  expect(after(status({}))).toBe(true)
  expect(after(WHOLE)).toBe(false)
  expect(after(status(POSITION))).toBe(false)
  expect(after(status({}))).toBe(true)
  expect(after(status(POSITION))).toBe(false)

  await reconnect()
  expect(client.stale).toBe(true)
  const { asOf } = client
  expect(after(status({}))).toBe(true)
  expect(client).toMatchObject({ status: 'connected', host: 'online', asOf })
  expect(client.state).toEqual({ board: { n: 1 } })
  expect(after(CHANGE)).toBe(false)

  await reconnect()
  expect(after(status({}, { receiving: 90_000 }))).toBe(true)
  expect(client.progress).toEqual({ received: 0, total: 90_000 })
  expect(after(WHOLE)).toBe(false)

  await reconnect()
  expect(after(status({}, { host: 'offline' }), CHANGE)).toBe(true)
  expect(after(status({ epoch: 'e', seq: 2 }, { behind: true }))).toBe(true)
  expect(after(status({ epoch: 'e', seq: 2 }))).toBe(false)
  client.disconnect()
  expect(client.stale).toBe(true)
})
