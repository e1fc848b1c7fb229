import type * as Parts from './received.ts'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { KeptState, SyncAddress } from '@vue-sync/vue/protocol'
import type { ViewerCache } from '@vue-sync/vue/viewer'

class Socket extends EventTarget {
  static readonly all: Socket[] = []
  readyState = 0
  constructor() {
    super()
    Socket.all.push(this)
  }
  open(): void {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }
  receive(data: string | ArrayBuffer): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
  close(): void {
    this.readyState = 2
  }
  closed(): void {
    this.readyState = 3
    this.dispatchEvent(new Event('close'))
  }
}

const addressOf = (session: string): SyncAddress => ({
  relay: 'ws://192.168.1.5:9876',
  session,
  key: 'the-viewer-key',
})
const kept: KeptState = {
  message: { type: 'session_update', epoch: 'e', seq: 1, payload: {} },
  lastUpdate: 1,
  asOf: 1,
}
const stored = (load: ViewerCache['load']): ViewerCache => ({ load, save: async () => {} })

describe('what the viewer has received before the recorder is loaded', () => {
  let parts: typeof Parts
  beforeEach(async () => {
    vi.resetModules()
    parts = await import('./received.ts')
  })
  function dial(): Socket {
    const socket = new Socket()
    parts.recordConnection(socket)
    return socket
  }
  const types = () =>
    parts.inbox.early.map((received) => {
      if (received.type === 'session')
        return `${received.address.session} ${received.kept ? 'kept' : 'none'}`
      return received.type === 'message' ? received.data : received.type
    })
  const begin = (session: string) =>
    parts.recordedCache(stored(async () => undefined)).load(addressOf(session))

  it('is bounded by number, and goes on with the next messages', async () => {
    await parts.recordedCache(stored(async () => kept)).load(addressOf('a'))
    const socket = dial()
    socket.open()
    let most = 0
    for (let count = 0; count < 5000; count++) {
      socket.receive(`${count}`)
      most = Math.max(most, parts.inbox.early.length)
    }
    expect(most).toBeLessThanOrEqual(501)
    // The kept state is not followed by these messages.
    expect(types().slice(0, 2)).toEqual(['a none', 'open'])
    expect(types().at(-1)).toBe('4999')
  })

  it('is bounded also if connections open and close without any message', async () => {
    await begin('a')
    for (let count = 0; count < 2000; count++) {
      const socket = dial()
      socket.open()
      socket.closed()
    }
    expect(parts.inbox.early.length).toBeLessThanOrEqual(501)
    expect(types()[0]).toBe('a none')
  })

  it.each([
    ['text', (size: number) => 'x'.repeat(size)],
    ['bytes', (size: number) => new ArrayBuffer(size)],
  ])('is bounded by the size of its %s', async (_, make) => {
    await begin('a')
    const socket = dial()
    for (let count = 0; count < 100; count++) socket.receive(make(300_000))
    expect(parts.inbox.early.length).toBeLessThan(9)
  })

  it('has nothing of the session before', async () => {
    await begin('a')
    const socket = dial()
    socket.open()
    socket.receive('of a')
    socket.close()
    await begin('b')
    socket.receive('late')
    socket.closed()
    dial().receive('of b')
    expect(types()).toEqual(['b none', 'of b'])
  })

  it('does not go back to a session whose kept state was read late', async () => {
    let finish: ((state: KeptState) => void) | undefined
    const cache = parts.recordedCache(
      stored((address) =>
        address.session === 'a'
          ? new Promise((resolve) => (finish = resolve))
          : Promise.resolve(kept),
      ),
    )
    const first = cache.load(addressOf('a'))
    await cache.load(addressOf('b'))
    finish!(kept)
    await first
    expect(types()).toEqual(['b kept'])
  })

  it('has no kept state that the viewer did not wait for', async () => {
    let finish: ((state: KeptState) => void) | undefined
    const cache = parts.recordedCache(stored(() => new Promise((resolve) => (finish = resolve))))
    const loading = cache.load(addressOf('a'))
    dial().receive('whole')
    finish!(kept)
    await loading
    expect(types()).toEqual(['a none', 'whole'])
  })

  it('closes a socket before the next one opens', async () => {
    await begin('a')
    const first = dial()
    first.open()
    first.close()
    const second = dial()
    second.open()
    first.closed()
    expect(types()).toEqual(['a none', 'open', 'close', 'open'])
  })
})
