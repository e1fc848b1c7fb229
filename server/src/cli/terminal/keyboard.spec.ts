import { EventEmitter } from 'node:events'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type KeyboardSystem, listenForKeys } from './keyboard.ts'

const CTRL_C = '\u0003'
const CTRL_Z = '\u001A'

describe('the keyboard', () => {
  let done: string[]
  let isInForeground: boolean
  let continued: () => void
  let type: (text: string) => void

  function start(platform: NodeJS.Platform = 'linux'): void {
    const stdin = Object.assign(new EventEmitter(), {
      isTTY: true,
      pause: () => stdin,
      resume: () => stdin,
      setEncoding: () => stdin,
      setRawMode: (isRaw: boolean) => (done.push(isRaw ? 'raw' : 'cooked'), stdin),
    })
    type = (text) => void stdin.emit('data', text)
    listenForKeys({
      onKey: (key) => void done.push(key),
      onPause: () => void done.push('pause'),
      onResume: () => void done.push('resume'),
      system: {
        stdin: stdin as unknown as KeyboardSystem['stdin'],
        platform,
        isInForeground: () => isInForeground,
        interrupt: () => void done.push('interrupt'),
        suspend: () => void done.push('suspend'),
        onContinue: (resume) => void (continued = resume),
      },
    })
    done = []
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate'] })
    done = []
    isInForeground = true
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('acts on single keys, and not on pasted text or an arrow key', () => {
    start()
    for (const text of ['o', 'Q', 'occt-a-host-key', '\u001B[A', '\u001B[15~']) type(text)
    expect(done).toEqual(['o', 'q'])
  })

  it.each(['linux', 'win32'] as const)(
    'interrupts by Ctrl+C, also behind other keys, on %s',
    (platform) => {
      start(platform)
      type(CTRL_C)
      type(`ooo${CTRL_C}`)
      expect(done).toEqual(['interrupt', 'interrupt'])
    },
  )

  it('ignores Ctrl+Z on Windows, which has no jobs', async () => {
    start('win32')
    type(CTRL_Z)
    await vi.runAllTimersAsync()
    expect(done).toEqual([])
  })

  it('goes on after Ctrl+Z where the system does not suspend the process, as in a container', async () => {
    start()
    type(CTRL_Z)
    expect(done).toEqual(['cooked', 'pause', 'suspend'])
    done = []
    await vi.runAllTimersAsync()
    expect(done).toEqual(['cooked', 'raw', 'resume'])
  })

  it('resumes once after a suspension', async () => {
    start()
    type(CTRL_Z)
    continued()
    await vi.runAllTimersAsync()
    expect(done.filter((name) => name === 'resume')).toHaveLength(1)
  })

  it('sets the mode again after a stop that no key caused, because the shell has changed it', () => {
    start()
    continued()
    expect(done).toEqual(['cooked', 'raw', 'resume'])
  })

  it('pauses once when it was moved into the background, without a change of the mode', async () => {
    start()
    isInForeground = false
    continued()
    await vi.advanceTimersByTimeAsync(3000)
    expect(done).toEqual(['pause'])
    isInForeground = true
    await vi.advanceTimersByTimeAsync(1000)
    expect(done).toEqual(['pause', 'cooked', 'raw', 'resume'])
  })
})

it('calls the handlers of Ctrl+C without a signal, which would end a process on Windows', () => {
  const stdin = process.stdin
  const handler = vi.fn()
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
  const on = vi.spyOn(stdin, 'on').mockReturnThis()
  const tty = Object.getOwnPropertyDescriptor(stdin, 'isTTY')
  Object.defineProperty(stdin, 'isTTY', { value: true, configurable: true })
  Object.assign(stdin, { setRawMode: () => stdin })
  process.once('SIGINT', handler)
  try {
    listenForKeys({ onKey() {}, onPause() {}, onResume() {} })
    const [, receive] = on.mock.calls.find(([name]) => String(name) === 'data')!
    const type = receive as (text: string) => void
    type(CTRL_C)
    expect(handler).toHaveBeenCalledOnce()
    expect(kill).not.toHaveBeenCalled()
  } finally {
    vi.restoreAllMocks()
    process.removeListener('SIGINT', handler)
    if (tty) Object.defineProperty(stdin, 'isTTY', tty)
  }
})
