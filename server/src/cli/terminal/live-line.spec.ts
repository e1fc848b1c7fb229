import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTerminalLine } from './terminal-line.ts'
import { startLiveLine, wantsLiveLine } from './live-line.ts'
import type { Totals } from '../../core/totals.ts'

const CLEAR = '\u001B[K'

describe('the live line', () => {
  let written: string[]
  let columns = 80
  let all: Totals[]
  let now = 0
  const terminal = {
    write: (text: string) => void written.push(text),
    get columns() {
      return columns
    },
  }
  const second = async (...next: Totals[]): Promise<void> => {
    if (next.length > 0) all = next
    now += 1000
    await vi.advanceTimersByTimeAsync(1000)
  }

  beforeEach(() => {
    vi.useFakeTimers()
    written = []
    all = [{ sessions: [], viewers: 0, messages: 0, bytes: 0 }]
    columns = 80
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const start = () => {
    const line = createTerminalLine(terminal)
    return { line, ...startLiveLine({ line, read: async () => all, now: () => now }) }
  }

  it('shows viewers, sessions and traffic, and is redrawn only when they change', async () => {
    const { stop } = start()
    await second()
    await second()
    await second({ sessions: ['a'], viewers: 1200, messages: 2400, bytes: 5_000_000 })
    await second({ sessions: ['a', 'b'], viewers: 1, messages: 2401, bytes: 5_000_500 })
    await second()
    await second()
    stop()
    await second({ sessions: [], viewers: 0, messages: 9, bytes: 9 })
    expect(written).toEqual([
      `\r  0 viewers · 0 sessions · out: 0 messages/s · 0 B/s${CLEAR}`,
      `\r  1,200 viewers · 1 session · out: 2,400 messages/s · 4.8 MiB/s${CLEAR}`,
      `\r  1 viewer · 2 sessions · out: 1 message/s · 500 B/s${CLEAR}`,
      `\r  1 viewer · 2 sessions · out: 0 messages/s · 0 B/s${CLEAR}`,
      '\n',
    ])
  })

  it('adds up all workers, even when one restarts or does not answer', async () => {
    const worker = (messages: number): Totals => ({
      sessions: ['a'],
      viewers: 2,
      messages,
      bytes: messages * 1024,
    })
    const line = createTerminalLine(terminal)
    let isBusy = false
    const read = async () => (isBusy ? Promise.reject(new Error('busy')) : all)
    all = [worker(100), worker(100)]
    const { stop } = startLiveLine({ line, read, now: () => now })
    await second(worker(110), worker(120))
    isBusy = true
    await second(worker(130), worker(130))
    isBusy = false
    await second(worker(140), worker(150))
    await second(worker(150), worker(1))
    stop()
    expect(written.map((text) => text.replace('\r  ', '').replace(CLEAR, ''))).toEqual([
      '4 viewers · 1 session · out: 0 messages/s · 0 B/s',
      '4 viewers · 1 session · out: 30 messages/s · 30 KiB/s',
      '4 viewers · 1 session · out: 0 messages/s · 0 B/s',
      '\n',
    ])
  })

  it('does not show values that were read before a refresh, and reads them again', async () => {
    const line = createTerminalLine(terminal)
    const answers: ((totals: Totals[]) => void)[] = []
    let code = 'old'
    const { refresh, stop } = startLiveLine({
      line,
      read: () => new Promise((resolve) => answers.push(resolve)),
      above: async () => [code],
      now: () => now,
    })
    const codeWhenStarted = code
    code = 'new'
    const refreshed = refresh()
    answers[0]!(all)
    await expect.poll(() => answers.length).toBe(2)
    expect(written).toEqual([])
    answers[1]!(all)
    await refreshed
    stop()
    expect(written.join('')).toContain('new')
    expect(written.join('')).not.toContain(codeWhenStarted)
  })

  it('is cut to the width of the terminal', async () => {
    columns = 20
    const { stop } = start()
    await second()
    stop()
    expect(written[0]).toBe(`\r  0 viewers · 0 ses${CLEAR}`)
  })

  it('moves down when something is printed', async () => {
    const { line, stop } = start()
    line.above(() => written.push('early\n'))
    await second()
    const [, shown] = written
    line.above(() => written.push('a warning\n'))
    expect(written).toEqual(['early\n', shown, `\r${CLEAR}`, 'a warning\n', shown])
    stop()
    line.above(() => written.push('late\n'))
    expect(written.slice(-2)).toEqual(['\n', 'late\n'])
  })
})

describe('whether the live line is shown', () => {
  const request = { json: false }
  it.each([
    ['in a terminal', request, true, {}, true],
    ['in a terminal at level info', { ...request, logLevel: 'info' as const }, true, {}, true],
    ['not in a pipe', request, false, {}, false],
    ['not with --json', { json: true }, true, {}, false],
    ['not at a higher log level', { ...request, logLevel: 'warn' as const }, true, {}, false],
    ['not in a terminal that cannot redraw', request, true, { TERM: 'dumb' }, false],
    ['not in CI', request, true, { CI: 'true' }, false],
  ])('%s', (_, given, isTerminal, env, wanted) => {
    expect(wantsLiveLine(given, isTerminal, env)).toBe(wanted)
  })
})
