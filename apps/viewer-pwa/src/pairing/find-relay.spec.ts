import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CLOSE } from '@vue-sync/vue/protocol'
import { type Answer, dial, findRelay } from './find-relay.ts'

const after = (ms: number, answer: Answer): Promise<Answer> =>
  new Promise((resolve) => setTimeout(() => resolve(answer), ms))

describe('the search for a relay', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  async function search(answers: Record<string, [ms: number, answer: Answer]>) {
    const dialled: string[] = []
    const started = Date.now()
    const result = findRelay(Object.keys(answers), (link) => {
      dialled.push(link)
      return after(...answers[link]!)
    })
    await vi.runAllTimersAsync()
    const found = await result
    return { found, dialled, started }
  }

  it('does not dial the second link when the first answers at once', async () => {
    const { found, dialled } = await search({ a: [10, 'open'], b: [10, 'open'] })
    expect(found).toEqual({ link: 'a', answer: 'open' })
    expect(dialled).toEqual(['a'])
  })

  it('takes the second link when the first fails', async () => {
    const { found } = await search({ a: [10, 'silent'], b: [10, 'locked'] })
    expect(found).toEqual({ link: 'b', answer: 'locked' })
  })

  it('dials the second link while the first does not answer', async () => {
    const { found } = await search({ a: [4000, 'silent'], b: [10, 'open'] })
    expect(found).toEqual({ link: 'b', answer: 'open' })
  })

  it('finds nothing when no link answers', async () => {
    const { found, dialled } = await search({ a: [4000, 'silent'], b: [10, 'silent'] })
    expect(found).toBeUndefined()
    expect(dialled).toEqual(['a', 'b'])
  })
})

describe('a dial', () => {
  /** The sockets that were opened. A test sends the relay's answer. */
  let sockets: FakeSocket[] = []

  class FakeSocket extends EventTarget {
    readonly url: string
    readonly protocols: string[]
    isClosed = false
    constructor(url: string, protocols: string[]) {
      super()
      this.url = url
      this.protocols = protocols
      if (url.startsWith('ws://blocked')) throw new DOMException('mixed content', 'SecurityError')
      sockets.push(this)
    }
    close(): void {
      this.isClosed = true
    }
    closeWith(code: number): void {
      this.dispatchEvent(Object.assign(new Event('close'), { code }))
    }
  }

  beforeEach(() => {
    sockets = []
    vi.useFakeTimers()
    vi.stubGlobal('WebSocket', FakeSocket)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('goes to the session of the link, with its key, and hangs up after the first message', async () => {
    const answer = dial('http://10.0.0.1:9876/#s=show&k=secret')
    const socket = sockets[0]!
    expect(socket.url).toMatch(/^ws:\/\/10\.0\.0\.1:9876\/s\/show/)
    expect(socket.url).not.toContain('secret')
    expect(socket.protocols.join()).toContain('token.')
    socket.dispatchEvent(new Event('open'))
    expect(socket.isClosed).toBe(false)
    socket.dispatchEvent(new Event('message'))
    expect(await answer).toBe('open')
    expect(socket.isClosed).toBe(true)
  })

  it.each<[name: string, code: number, answer: Answer]>([
    ['the key is wrong or missing', CLOSE.badToken, 'locked'],
    ['the relay has another reason, which the viewer shows later', CLOSE.unsupported, 'open'],
    ['nothing listens there', 1006, 'silent'],
    ['another kind of server hangs up', 1000, 'silent'],
  ])('is answered by the way it ends: %s', async (_, code, answer) => {
    const dialled = dial('http://10.0.0.1:9876/')
    sockets[0]!.closeWith(code)
    expect(await dialled).toBe(answer)
  })

  it('is over after four seconds, also if a server accepts it and says nothing', async () => {
    const answered = vi.fn()
    void dial('http://10.0.0.1:9876/').then(answered)
    const socket = sockets[0]!
    socket.dispatchEvent(new Event('open'))
    await vi.advanceTimersByTimeAsync(3999)
    expect(answered).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(answered).toHaveBeenCalledWith('silent')
    expect(socket.isClosed).toBe(true)
  })

  it('is unanswered when the browser forbids it', async () => {
    expect(await dial('http://blocked:9876/')).toBe('silent')
  })
})
