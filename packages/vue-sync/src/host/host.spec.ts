import { createPinia, defineStore } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'
import { createApp, toRaw } from 'vue'
import { createSyncHost } from './host.ts'
import type { SyncHostOptions } from './options/options.ts'
import { PART_BYTES, readPart } from '../protocol/index.ts'

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
    backoff: { first: 1, max: 1 },
    debounce: 1,
    maxWait: 1,
    ...options,
    WebSocket: FakeSocket,
  } as unknown as SyncHostOptions)
  const board = defineStore('board', { state: () => ({ text: '' }) })(pinia)
  const receiveText = (data: string): void =>
    void sockets.at(-1)!.dispatchEvent(new MessageEvent('message', { data }))
  const receive = (payload: object): void =>
    receiveText(JSON.stringify({ type: 'status', payload }))
  /** Resolves when the host is connected again. */
  async function reconnect(): Promise<void> {
    const { length } = sockets
    sockets.at(-1)!.dispatchEvent(Object.assign(new Event('close'), { code: 1006, reason: '' }))
    await vi.waitUntil(() => sockets.length > length)
    await new Promise((resolve) => setTimeout(resolve))
  }
  /** Confirms parts until the message has arrived, and gives its type and position. */
  async function finishUpload(): Promise<unknown> {
    let message: unknown
    for (;;) {
      await vi.waitUntil(() => frames.some((frame) => typeof frame !== 'string'))
      const part = frames.splice(0).flatMap((frame) => {
        return typeof frame === 'string' ? [] : (readPart(frame) ?? [])
      })
      message ??= part[0]!.header.message
      const { id, at, total } = part.at(-1)!.header
      const bytes = at + part.at(-1)!.slice.length
      receiveText(JSON.stringify({ type: 'received', id, bytes }))
      if (bytes === total) return message
    }
  }
  /** The states and changes that were sent since the last call. */
  const sent = () =>
    frames
      .splice(0)
      .filter((frame) => typeof frame === 'string' && /^\{"type":"\w+_update"/.test(frame))
  return {
    host,
    board,
    receive,
    reconnect,
    finishUpload,
    sent,
    isOpen: () => sockets.length > 0,
  }
}

const GREETING = { parts: 1, limit: 100 * PART_BYTES }
const LONG = 'x'.repeat(5 * PART_BYTES)
/** Longer than an unsent change may wait. */
const LATE_MS = 700

async function connect(relay: ReturnType<typeof start>): Promise<void> {
  relay.host.attach(relay.board, {})
  relay.host.start()
  await vi.waitUntil(relay.isOpen)
  await new Promise((resolve) => setTimeout(resolve))
}

/** Connects to a relay that has no state. */
async function connectAnew(relay: ReturnType<typeof start>): Promise<void> {
  await connect(relay)
  relay.receive({ ...GREETING, want: 'session_update' })
}

it('sends a state that fits again with the next status, although nothing changes any more', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const relay = start({})
  const { host, receive, sent } = relay
  await connect(relay)
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
  const relay = start({ compressOver: 500 })
  const { host, board, receive, sent } = relay
  await connect(relay)
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

it('is not behind while it uploads a state that the relay has kept over a reconnect', async () => {
  const relay = start({})
  const { host, board, receive, reconnect, finishUpload } = relay
  board.text = LONG
  await connectAnew(relay)
  await finishUpload()
  expect(host.state.behind).toBe(false)
  await reconnect()
  receive(GREETING)
  // Another node has lost its copy.
  receive({ want: 'session_update' })
  await vi.waitUntil(() => host.state.progress)
  await new Promise((resolve) => setTimeout(resolve, LATE_MS))
  expect([host.state.progress !== undefined, host.state.behind]).toEqual([true, false])
  host.dispose()
})

it('is behind while it uploads a state that the relay has lost over a reconnect', async () => {
  const relay = start({})
  const { host, board, receive, reconnect, finishUpload } = relay
  board.text = LONG
  await connectAnew(relay)
  await finishUpload()
  await reconnect()
  receive({ ...GREETING, want: 'session_update' })
  await vi.waitUntil(() => host.state.behind)
  await finishUpload()
  await vi.waitUntil(() => !host.state.behind)
  host.dispose()
})

it('is not behind while a state that the relay has is compressed', async () => {
  vi.stubGlobal('CompressionStream', undefined)
  const relay = start({ compressOver: 500 })
  const { host, board, receive } = relay
  board.text = 'x'.repeat(1000)
  await connectAnew(relay)
  class Slow extends TransformStream {
    constructor() {
      super({ transform: () => new Promise(() => {}) })
    }
  }
  vi.stubGlobal('CompressionStream', Slow)
  receive({ want: 'session_update' })
  await new Promise((resolve) => setTimeout(resolve, LATE_MS))
  expect(host.state.behind).toBe(false)
  board.text = 'y'.repeat(1000)
  await vi.waitUntil(() => host.state.behind)
  host.dispose()
})

it('sends a pushed state once after an upload, although nothing has changed', async () => {
  const relay = start({})
  const { host, board, finishUpload, sent } = relay
  await connectAnew(relay)
  expect(sent()).toHaveLength(1)
  board.text = LONG
  await vi.waitUntil(() => host.state.progress)
  host.push()
  host.push()
  expect(await finishUpload()).toMatchObject({ type: 'config_update', seq: 2 })
  expect(await finishUpload()).toMatchObject({ type: 'session_update', seq: 2 })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([sent(), host.state.progress]).toEqual([[], undefined])
  host.dispose()
})

it('sends changes that Vue does not track with a push that was called while disconnected', async () => {
  const relay = start({})
  const { host, board, receive, reconnect, sent } = relay
  await connectAnew(relay)
  sent()
  await reconnect()
  toRaw(board.$state).text = 'untracked'
  host.push()
  receive(GREETING)
  expect(sent()).toEqual([expect.stringContaining('"untracked"')])
  host.dispose()
})
