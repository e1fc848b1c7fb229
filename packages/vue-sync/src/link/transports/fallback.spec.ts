import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSyncClient, type SyncClient, type SyncClientOptions } from '../../client/entry.ts'
import { createFallback } from './index.ts'

// The client imports this when it needs it, which takes real time in the first test.
expect(createFallback).toBeTypeOf('function')

const KEY = 'vue-sync:transports'
const line = (message: object): string => `${JSON.stringify(message)}\n`
const STATUS = line({ type: 'status', payload: { host: 'online', since: 0 } })
const state = (seq: number, n = seq): string =>
  line({ type: 'session_update', epoch: 'e', seq, payload: { score: { n } } })
const change = (seq: number): string =>
  line({ type: 'config_update', epoch: 'e', seq, payload: { score: { n: seq } } })
const next = (query: string): string => line({ type: 'next', query })
const at = (seq: number): string =>
  line({ type: 'status', epoch: 'e', seq, payload: { host: 'online', since: 0 } })

/** A request that the test answers. */
class Request {
  readonly path: string
  readonly headers: Headers
  readonly response: Promise<Response>
  isAborted = false
  #settle = Promise.withResolvers<Response>()
  #body: ReadableStreamDefaultController<Uint8Array> | undefined

  constructor(url: URL, { headers, signal }: RequestInit) {
    this.path = url.pathname + url.search
    this.headers = new Headers(headers)
    this.response = this.#settle.promise
    signal!.addEventListener('abort', () => {
      this.isAborted = true
      this.fail()
    })
  }
  /** Answers with frames. The body stays open. */
  answer(text: string, headers: Record<string, string> = {}): void {
    const body = new ReadableStream<Uint8Array>({ start: (opened) => void (this.#body = opened) })
    const type = { 'content-type': 'application/vnd.vue-sync.v1' }
    this.#settle.resolve(new Response(body, { headers: { ...type, ...headers } }))
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
    this.#settle.resolve(new Response(body, { status }))
  }
  fail(): void {
    const error = new TypeError('Failed to fetch')
    if (this.#body) this.#body.error(error)
    else this.#settle.reject(error)
  }
}

class FakeSocket extends EventTarget {
  readyState = 0
  binaryType = 'blob'
  bufferedAmount = 0
  readonly url: string
  constructor(url: string) {
    super()
    this.url = url
    sockets.push(this)
    if (refusesSockets) queueMicrotask(() => this.end(1006))
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

let refusesSockets: boolean
let sockets: FakeSocket[]
let requests: Request[]
let stored: Map<string, string>
let client: SyncClient | undefined

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  refusesSockets = true
  sockets = []
  requests = []
  stored = new Map()
})
afterEach(async () => {
  client?.disconnect()
  client = undefined
  await pass(0)
  expect(vi.getTimerCount(), 'no timer is left').toBe(0)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
  // Bodies are read in several steps.
  for (let step = 0; step < 5; step++) await new Promise((resolve) => setImmediate(resolve))
}

/** Lets time pass while the relay sends its heartbeats. */
async function stay(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 15) {
    const open = requests.findLast(({ isAborted }) => !isAborted)!
    if (open.path.includes('/stream')) open.send(at(1))
    else {
      open.answer(at(1))
      open.end(next('epoch=e&seq=1&cursor=a'))
    }
    await pass(15_000)
  }
}

function start(options: SyncClientOptions = {}) {
  const opened = createSyncClient({
    url: 'ws://relay/s/board#k=key',
    WebSocket: FakeSocket as never,
    fetch: (input, init) => {
      requests.push(new Request(new URL(String(input)), init!))
      return requests.at(-1)!.response
    },
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, text) => void stored.set(key, text),
      removeItem: (key) => void stored.delete(key),
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
async function startStream(options?: SyncClientOptions) {
  const started = start(options)
  await pass(5100)
  requests[0]!.answer(state(1) + at(1))
  await pass(0)
  expect(started.client.transport).toBe('stream')
  return started
}

/** A viewer that is live by polls. */
async function startPoll(options?: SyncClientOptions) {
  const started = start(options)
  await pass(5100)
  await pass(4100)
  requests[1]!.answer(state(1) + at(1))
  requests[1]!.end(next('epoch=e&seq=1&cursor=a'))
  await pass(0)
  expect(started.client.transport).toBe('poll')
  return started
}

describe('the choice', () => {
  it('is a stream after two dials without a frame', async () => {
    const { client, statuses } = await startStream()
    expect(sockets).toHaveLength(3)
    expect(requests.map(({ path }) => path)).toEqual(['/s/board/stream'])
    expect(requests[0]!.headers.get('authorization')).toBe('Bearer key')
    expect(requests[0]!.headers.get('vue-sync-viewer')).toMatch(/^[\w-]{16,64}$/)
    expect(client.problems).toEqual([])
    expect(statuses).toEqual(['connecting', 'reconnecting', 'connected'])
  })

  it('is a socket after an outage, if that answers', async () => {
    const { client } = start()
    await pass(4000)
    refusesSockets = false
    await pass(1100)
    sockets[2]!.receive(state(1), at(1))
    await pass(0)
    expect(client.transport).toBe('socket')
    expect(requests).toEqual([])
  })

  it('is a stream beside a socket that brings nothing, and the socket once it does', async () => {
    const { client, statuses } = start()
    await pass(4000)
    refusesSockets = false
    await pass(3200)
    requests[0]!.answer(state(1) + at(1))
    await pass(0)
    expect(client.transport).toBe('stream')
    sockets[2]!.receive(at(1))
    await pass(0)
    expect(client.transport).toBe('socket')
    expect(requests[0]!.isAborted).toBe(true)
    expect(statuses.at(-1)).toBe('connected')
  })

  it.each(['nothing', 'no frame'])('is polling after a stream that brings %s for 4 s', async (what) => {
    const { client } = start()
    await pass(5100)
    if (what === 'no frame') requests[0]!.answer('')
    await pass(3900)
    expect(requests).toHaveLength(1)
    await pass(200)
    expect(requests[0]!.isAborted).toBe(true)
    expect(requests[1]!.path).toBe('/s/board/state')
    requests[1]!.answer(state(1) + at(1))
    requests[1]!.end(next('epoch=e&seq=1&cursor=a'))
    await pass(0)
    expect(client.state).toEqual({ score: { n: 1 } })
    expect(client.transport).toBe('poll')
    expect(requests[2]!.path).toBe('/s/board/log?epoch=e&seq=1&cursor=a&live=1')
    expect(client.problems).toEqual([])
  })

  it('is polling after three streams in a row that were cut off within 10 s', async () => {
    start({ backoff: { first: 500, max: 500 } })
    await pass(1100)
    for (let cut = 0; cut < 3; cut++) {
      expect(requests[cut]!.path).toContain('/stream')
      requests[cut]!.answer(state(1) + at(1))
      await pass(0)
      requests[cut]!.fail()
      await pass(600)
    }
    expect(requests[3]!.path).toBe('/s/board/log?epoch=e&seq=1')
  })

  it('tells the user about a relay that answers neither way', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { client } = start()
    await pass(5100)
    requests[0]!.refuse(502, '<html>')
    await pass(0)
    await expect.poll(() => client.problems.map(({ code }) => code)).toEqual(['VS120'])
  })
})

describe('a stream', () => {
  it('goes on with the next one, and nobody sees it', async () => {
    const { client, statuses, shown } = await startStream()
    await stay(45)
    requests[0]!.end(change(2) + next('epoch=e&seq=2'))
    await pass(0)
    expect(requests.at(-1)!.path).toBe('/s/board/stream?epoch=e&seq=2')
    requests.at(-1)!.answer(at(2))
    requests.at(-1)!.send(change(3))
    await pass(0)
    expect(client.state).toEqual({ score: { n: 3 } })
    expect(shown).toEqual([1, 2, 3])
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(1)
  })

  it('that is cut off is a lost connection, which goes on at its position', async () => {
    const { client } = await startStream()
    await pass(20_000)
    requests[0]!.fail()
    await pass(0)
    expect(client.status).toBe('reconnecting')
    await pass(2000)
    expect(requests.at(-1)!.path).toBe('/s/board/stream?epoch=e&seq=1')
  })

  it('is replaced after 35 s of silence', async () => {
    const { client } = await startStream()
    await pass(34_000)
    expect(client.status).toBe('connected')
    await pass(1500)
    expect(requests[0]!.isAborted).toBe(true)
    expect(client.status).toBe('reconnecting')
  })

  it('shows how much of a long frame has arrived, and is not silent meanwhile', async () => {
    const { client } = start()
    await pass(5100)
    const long = JSON.stringify({
      type: 'session_update',
      epoch: 'e',
      seq: 1,
      payload: { score: { text: 'x'.repeat(300_000) } },
    })
    requests[0]!.answer(`#${long.length} text\n${long.slice(0, 100_000)}`)
    for (let waited = 0; waited < 45; waited += 5) {
      await pass(5000)
      requests[0]!.send(long.slice(100_000 + waited, 100_005 + waited))
    }
    await pass(0)
    expect(client.progress).toEqual({ received: 100_045, total: long.length })
    expect([client.status, client.stale]).toEqual(['connected', true])
    requests[0]!.send(`${long.slice(100_045)}\n${at(1)}`)
    await pass(0)
    expect([client.progress, client.stale]).toEqual([undefined, false])
  })
})

describe('an answer from a cache', () => {
  it('that is old is no proof that the host is online', async () => {
    const { client } = start()
    await pass(5100)
    requests[0]!.answer(state(1) + at(1), { age: '30' })
    await pass(0)
    expect(client.state).toEqual({ score: { n: 1 } })
    expect([client.host, client.stale]).toEqual([undefined, true])
  })
})

describe('polls', () => {
  it('wait for the relay, without a word between two of them', async () => {
    const { client, statuses, shown } = await startPoll()
    for (let seq = 2; seq < 5; seq++) {
      await pass(3000)
      requests.at(-1)!.answer(change(seq) + at(seq))
      requests.at(-1)!.end(next(`epoch=e&seq=${seq}&cursor=b`))
      await pass(0)
      expect(requests.at(-1)!.path).toBe(`/s/board/log?epoch=e&seq=${seq}&cursor=b&live=1`)
    }
    expect(shown).toEqual([1, 2, 3, 4])
    expect(client.status).toBe('connected')
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(1)
  })

  it('do not flood a cache that answers each of them at once', async () => {
    await startPoll()
    for (let turn = 0; turn < 20; turn++) {
      const open = requests.at(-1)!
      open.answer(at(1))
      open.end(next('epoch=e&seq=1&cursor=a'))
      await pass(0)
      if (requests.at(-1) === open) break
    }
    const before = requests.length
    expect(before).toBeLessThan(10)
    await pass(1100)
    expect(requests).toHaveLength(before + 1)
  })
})

describe('a refusal', () => {
  const refusal = (code: number, reason = 'why') => JSON.stringify({ error: 'x', code, reason })

  it('with a permanent code stops the viewer', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { client } = start()
    await pass(5100)
    requests[0]!.refuse(403, refusal(4403))
    await pass(0)
    expect([client.status, client.error?.code]).toEqual(['disconnected', 'VS112'])
    await pass(60_000)
    expect(requests).toHaveLength(1)
  })

  it('of a relay without room is shown, and the viewer tries again', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { client } = start()
    await pass(5100)
    requests[0]!.refuse(429, refusal(4029, 'its limit of viewers'))
    await pass(0)
    await expect.poll(() => client.problems.map(({ code }) => code)).toEqual(['VS126'])
    await pass(5000)
    requests[1]!.answer(state(1) + at(1))
    await pass(0)
    expect([client.status, client.problems]).toEqual(['connected', []])
  })

  it('inside a stream ends it as a socket would', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { client } = await startStream()
    requests[0]!.end(line({ type: 'close', code: 4410, reason: 'over' }))
    await pass(0)
    expect([client.status, client.error?.code]).toEqual(['disconnected', 'VS104'])
  })
})

describe('a better transport', () => {
  it('is tried after 1 min, then after twice as long each time, up to 10 min', async () => {
    await startStream()
    const dials: number[] = []
    for (let second = 0, before = sockets.length; second < 45 * 60; second++) {
      await vi.advanceTimersByTimeAsync(1000)
      if (second % 15 === 0) requests[0]!.send(at(1))
      if (sockets.length > before) dials.push(second + 1)
      before = sockets.length
    }
    expect(dials.map((second, turn) => Math.round((second - (dials[turn - 1] ?? 0)) / 60))).toEqual([
      1, 2, 4, 8, 10, 10, 10,
    ])
  })

  it('takes over with its first frame: nothing is lost, shown twice or set back', async () => {
    const { client, statuses, shown } = await startStream()
    refusesSockets = false
    await pass(30_000)
    requests[0]!.send(change(2))
    await pass(30_000)
    const probe = sockets.at(-1)!
    expect(probe.url).toBe('ws://relay/s/board?epoch=e&seq=2&parts=1')
    requests[0]!.send(change(3))
    await pass(0)
    probe.receive(change(3), change(4), at(4))
    await pass(0)
    expect(client.transport).toBe('socket')
    expect(shown).toEqual([1, 2, 3, 4])
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(1)
    expect(requests[0]!.isAborted).toBe(true)
    expect(stored.size, 'the next page begins with a socket').toBe(0)
  })

  it('that would set the state back is asked again, with the present position', async () => {
    const { client, shown } = await startStream()
    refusesSockets = false
    await stay(60)
    requests[0]!.send(change(2) + change(3))
    await pass(0)
    sockets.at(-1)!.receive(state(2), at(2))
    await pass(0)
    expect(client.transport).toBe('stream')
    expect(sockets.at(-1)!.url).toContain('seq=3')
    sockets.at(-1)!.receive(at(3))
    await pass(0)
    expect(client.transport).toBe('socket')
    expect(shown).toEqual([1, 3])
  })

  it('that fails soon after is left again, without a word', async () => {
    const { client, statuses } = await startStream()
    refusesSockets = false
    await stay(60)
    sockets.at(-1)!.receive(at(1))
    await pass(5000)
    expect(client.transport).toBe('socket')
    sockets.at(-1)!.end(1006)
    await pass(0)
    expect(requests.at(-1)!.path).toBe('/s/board/stream?epoch=e&seq=1')
    requests.at(-1)!.answer(at(1))
    await pass(0)
    expect(client.transport).toBe('stream')
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(1)
  })

  it('than polls may be a stream: the relay then ends the poll that waits', async () => {
    const { client, statuses, shown } = await startPoll()
    await stay(60)
    const [waiting, probe] = requests.slice(-2)
    expect(probe!.path).toBe('/s/board/stream?epoch=e&seq=1')
    waiting!.answer(line({ type: 'close', code: 1000, reason: 'Another request' }))
    waiting!.end()
    await pass(0)
    probe!.answer(change(2) + at(2))
    await pass(0)
    expect(client.transport).toBe('stream')
    expect(shown).toEqual([1, 2])
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(1)
  })

  it('than polls that is held back again leads to polls again, without a word', async () => {
    const { client, statuses } = await startPoll()
    await stay(60)
    requests.at(-2)!.answer(line({ type: 'close', code: 1000, reason: 'Another request' }))
    requests.at(-2)!.end()
    await pass(4100)
    expect(requests.at(-1)!.path).toBe('/s/board/log?epoch=e&seq=1')
    requests.at(-1)!.answer(at(1))
    requests.at(-1)!.end(next('epoch=e&seq=1&cursor=c'))
    await pass(0)
    expect(client.transport).toBe('poll')
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(1)
  })
})

describe('the memory', () => {
  const remember = (transport: string) =>
    stored.set(KEY, JSON.stringify({ 'ws://relay': [transport, Date.now()] }))

  it('makes the next page begin with what worked, and try a socket beside it', async () => {
    remember('stream')
    const { client } = start()
    await pass(0)
    await expect.poll(() => requests.map(({ path }) => path)).toEqual(['/s/board/stream'])
    expect(sockets).toEqual([])
    requests[0]!.answer(state(1) + at(1))
    await pass(0)
    await pass(0)
    expect(client.transport).toBe('stream')
    expect(sockets).toHaveLength(1)
  })

  it('of what no longer works costs one try', async () => {
    remember('stream')
    refusesSockets = false
    const { client } = start()
    await expect.poll(() => requests.length).toBe(1)
    requests[0]!.refuse(404, 'Not Found')
    await pass(0)
    sockets[0]!.receive(state(1), at(1))
    await pass(0)
    expect(client.transport).toBe('socket')
    expect(stored.size).toBe(0)
  })

  it('ends when the network changes, and a socket is tried at once', async () => {
    const page = new EventTarget()
    vi.stubGlobal('window', page)
    vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
    await startStream()
    expect(stored.get(KEY)).toContain('stream')
    page.dispatchEvent(new Event('online'))
    expect(stored.size).toBe(0)
    await pass(0)
    const before = sockets.length
    requests.at(-1)!.answer(at(1))
    await pass(0)
    await pass(0)
    expect(sockets).toHaveLength(before + 1)
  })

  it('that is blocked does not matter', async () => {
    const blocked = () => {
      throw new Error('SecurityError')
    }
    await startStream({ storage: { getItem: blocked, setItem: blocked, removeItem: blocked } })
  })
})
