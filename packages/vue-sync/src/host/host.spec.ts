import { createPinia, defineStore } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'
import { createApp } from 'vue'
import { createSyncHost } from './host.ts'
import type { SyncHostOptions } from './options.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A host whose relay does what the test says. */
function start(options: SyncHostOptions) {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const frames: (string | Uint8Array)[] = []
  const sockets: EventTarget[] = []
  class FakeSocket extends EventTarget {
    static readonly CONNECTING = 0
    static readonly OPEN = 1
    static readonly CLOSING = 2
    static readonly CLOSED = 3
    readyState = 1
    bufferedAmount = 0
    binaryType = 'arraybuffer'
    constructor() {
      super()
      sockets.push(this)
      queueMicrotask(() => this.dispatchEvent(new Event('open')))
    }
    send(frame: string | Uint8Array): void {
      frames.push(frame)
    }
    close(): void {}
  }
  const pinia = createPinia()
  createApp({}).use(pinia)
  const host = createSyncHost({
    url: 'ws://127.0.0.1:1',
    debounce: 1,
    maxWait: 1,
    ...options,
    WebSocket: FakeSocket,
  } as unknown as SyncHostOptions)
  const board = defineStore('board', { state: () => ({ text: '' }) })(pinia)
  const receive = (payload: object): void => {
    const data = JSON.stringify({ type: 'status', payload })
    sockets[0]!.dispatchEvent(new MessageEvent('message', { data }))
  }
  /** The states and changes that were sent since the last call. */
  const sent = () =>
    frames
      .splice(0)
      .filter((frame) => typeof frame === 'string' && /^\{"type":"\w+_update"/.test(frame))
  return { host, board, receive, sent, isOpen: () => sockets.length > 0 }
}

it('sends a state that fits again with the next status, although nothing changes any more', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { host, board, receive, sent, isOpen } = start({})
  host.attach(board, {})
  host.start()
  await vi.waitUntil(isOpen)
  await new Promise((resolve) => setTimeout(resolve))
  receive({ parts: 1, limit: 500, want: 'session_update' })
  expect(sent()).toHaveLength(1)
  const second = defineStore('second', { state: () => ({ text: 'x'.repeat(1000) }) })(createPinia())
  host.attach(second, {})
  await vi.waitUntil(() => host.state.error?.code === 'VS117')
  second.text = 'short'
  await new Promise((resolve) => setTimeout(resolve, 20))
  vi.setSystemTime(Date.now() + 6000)
  await vi.waitUntil(() => host.state.behind)
  expect(sent()).toEqual([])
  receive({})
  expect(sent()).toEqual([expect.stringContaining('"short"')])
  expect([host.state.behind, host.state.error]).toEqual([false, undefined])
  host.dispose()
})

it('sends the whole state with the next status after a message could not be compressed', async () => {
  const { host, board, receive, sent, isOpen } = start({ compressOver: 500 })
  host.attach(board, {})
  host.start()
  await vi.waitUntil(isOpen)
  await new Promise((resolve) => setTimeout(resolve))
  receive({ parts: 1, limit: 5000, want: 'session_update' })
  expect(sent()).toHaveLength(1)
  class Broken extends TransformStream {
    constructor() {
      super({
        transform() {
          throw new Error('broken')
        },
      })
    }
  }
  vi.stubGlobal('CompressionStream', Broken)
  board.text = 'x'.repeat(1000)
  await vi.waitUntil(() => host.state.behind)
  vi.stubGlobal('CompressionStream', undefined)
  receive({})
  await vi.waitUntil(() => !host.state.behind)
  host.dispose()
})
