import { afterEach, beforeEach, expect, vi } from 'vitest'
import {
  createSyncClient,
  type SyncClient,
  type SyncClientOptions,
} from '../../src/client/entry.ts'
import { createFallback } from '../../src/link/transports/index.ts'

// The client imports this when it needs it, which takes real time in the first test.
expect(createFallback).toBeTypeOf('function')

export const line = (message: object): string => `${JSON.stringify(message)}\n`
export const state = (seq: number, n = seq): string =>
  line({ type: 'session_update', epoch: 'e', seq, payload: { score: { n } } })
export const change = (seq: number): string =>
  line({ type: 'config_update', epoch: 'e', seq, payload: { score: { n: seq } } })
export const next = (query: string): string => line({ type: 'next', query })
export const at = (seq: number): string =>
  line({ type: 'status', epoch: 'e', seq, payload: { host: 'online', since: 0 } })

/** A request that the test answers. */
export class Request {
  readonly path: string
  readonly headers: Headers
  readonly response: Promise<Response>
  isAborted = false
  #resolve!: (response: Response) => void
  #reject!: (error: Error) => void
  #body: ReadableStreamDefaultController<Uint8Array> | undefined

  constructor(url: URL, { headers, signal }: RequestInit) {
    this.path = url.pathname + url.search
    this.headers = new Headers(headers)
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    signal!.addEventListener('abort', () => {
      this.isAborted = true
      this.fail()
    })
  }
  /** Answers with frames. The body stays open. */
  answer(text: string, headers: Record<string, string> = {}): void {
    const body = new ReadableStream<Uint8Array>({ start: (opened) => void (this.#body = opened) })
    const type = { 'content-type': 'application/vnd.vue-sync.v1' }
    this.#resolve(new Response(body, { headers: { ...type, ...headers } }))
    if (text !== '') this.send(text)
  }
  send(text: string): void {
    this.#body!.enqueue(new TextEncoder().encode(text))
  }
  end(text = ''): void {
    if (text !== '') this.send(text)
    this.#body!.close()
  }
  refuse(status: number, body: string): void {
    this.#resolve(new Response(body, { status }))
  }
  fail(): void {
    const error = new TypeError('Failed to fetch')
    if (this.#body) this.#body.error(error)
    else this.#reject(error)
  }
}

export class FakeSocket extends EventTarget {
  readyState = 0
  binaryType = 'blob'
  bufferedAmount = 0
  readonly url: string
  constructor(url: string) {
    super()
    this.url = url
    network.sockets.push(this)
    if (network.refusesSockets) queueMicrotask(() => this.end(1006))
  }
  send(): void {}
  close(): void {
    this.readyState = 3
  }
  end(code: number, reason = ''): void {
    if (this.readyState === 3) return
    this.readyState = 3
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason }))
  }
  receive(...lines: string[]): void {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
    for (const text of lines)
      this.dispatchEvent(new MessageEvent('message', { data: text.trimEnd() }))
  }
}

/** The dials and requests of the viewer in the present test, and how its network treats them. */
export const network = {
  refusesSockets: true,
  sockets: [] as FakeSocket[],
  requests: [] as Request[],
  stored: new Map<string, string>(),
}
let client: SyncClient | undefined

/** Gives each test of a file a network of its own. */
export function useNetwork(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    Object.assign(network, { refusesSockets: true, sockets: [], requests: [], stored: new Map() })
  })
  afterEach(async () => {
    client?.disconnect()
    client = undefined
    await pass(0)
    expect(vi.getTimerCount(), 'no timer is left').toBe(0)
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
}

export async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
  // Bodies are read in several steps.
  for (let step = 0; step < 5; step++) await new Promise((resolve) => setImmediate(resolve))
}

/** Lets time pass while the relay sends its heartbeats. */
export async function stay(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 15) {
    const open = network.requests.findLast(({ isAborted }) => !isAborted)!
    if (open.path.includes('/stream')) open.send(at(1))
    else {
      open.answer(at(1))
      open.end(next('epoch=e&seq=1&cursor=a'))
    }
    await pass(15_000)
  }
}

export function start(options: SyncClientOptions = {}) {
  const opened = createSyncClient({
    url: 'ws://relay/s/board#k=key',
    WebSocket: FakeSocket as never,
    fetch: (input, init) => {
      network.requests.push(new Request(new URL(String(input)), init!))
      return network.requests.at(-1)!.response
    },
    storage: {
      getItem: (key) => network.stored.get(key) ?? null,
      setItem: (key, text) => void network.stored.set(key, text),
      removeItem: (key) => void network.stored.delete(key),
    },
    random: () => 0,
    ...options,
  })
  client = opened
  const statuses: string[] = []
  const shown: unknown[] = []
  opened.on('status', () => {
    if (statuses.at(-1) !== opened.status) statuses.push(opened.status)
  })
  opened.on('change', () => void shown.push((opened.state['score'] as { n: number }).n))
  return { client: opened, statuses, shown }
}

/** A viewer that is live by a stream. */
export async function startStream(options?: SyncClientOptions) {
  const started = start(options)
  await pass(5100)
  network.requests[0]!.answer(state(1) + at(1))
  await pass(0)
  expect(started.client.transport).toBe('stream')
  return started
}

/** A viewer that is live by polls. */
export async function startPoll(options?: SyncClientOptions) {
  const started = start(options)
  await pass(5100)
  await pass(4100)
  network.requests[1]!.answer(state(1) + at(1))
  network.requests[1]!.end(next('epoch=e&seq=1&cursor=a'))
  await pass(0)
  expect(started.client.transport).toBe('poll')
  return started
}
