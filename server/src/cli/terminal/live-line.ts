import type { CliRequest } from '../options/read-cli.ts'
import type { TerminalLine } from './terminal-line.ts'
import type { Totals } from '../../core/totals.ts'

export interface LiveLineOptions {
  line: TerminalLine
  /** Reads the totals of each process of the relay. After a rejection the line stays as it is for a second. */
  read: () => Promise<Totals[]>
  /** Reads what is shown above the totals. @default nothing */
  above?: () => Promise<string[]>
  /** A clock in milliseconds; only differences matter. @default performance.now */
  now?: () => number
}

const EVERY_MS = 1000

interface Sum {
  at: number
  sessions: number
  viewers: number
  messages: number
  bytes: number
}

/** Whether to show the live line: only to a person at a terminal who has not asked for fewer messages. */
export function wantsLiveLine(
  { json, logLevel = 'info' }: Pick<CliRequest, 'json' | 'logLevel'>,
  isTerminal: boolean,
  env: Record<string, string | undefined>,
): boolean {
  return isTerminal && !json && logLevel === 'info' && env['TERM'] !== 'dumb' && !env['CI']
}

const count = (number: number, noun: string): string =>
  `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`

const UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const

function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0]
  for (; value >= 1000 && unit < UNITS.length - 1; unit++) value /= 1024
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`
}

function sumOf(all: readonly Totals[], at: number): Sum {
  const add = (key: 'viewers' | 'messages' | 'bytes'): number =>
    all.reduce((sum, totals) => sum + totals[key], 0)
  return {
    at,
    // A session that is open in several processes counts once.
    sessions: new Set(all.flatMap(({ sessions }) => sessions)).size,
    viewers: add('viewers'),
    messages: add('messages'),
    bytes: add('bytes'),
  }
}

function format(now: Sum, before: Sum): string {
  // A total falls when a worker was restarted.
  const rate = (key: 'messages' | 'bytes'): number =>
    Math.round((Math.max(0, now[key] - before[key]) / (now.at - before.at)) * 1000) || 0
  return [
    `  ${count(now.viewers, 'viewer')}`,
    count(now.sessions, 'session'),
    `out: ${count(rate('messages'), 'message')}/s`,
    `${formatBytes(rate('bytes'))}/s`,
  ].join(' · ')
}

export interface LiveLine {
  /** Shows the current values at once. */
  refresh: () => Promise<void>
  /** Leaves the lines as they are, until `resume`. */
  pause: () => void
  resume: () => void
  stop: () => void
}

/** Shows viewers, sessions and outgoing traffic, once per second. */
export function startLiveLine(options: LiveLineOptions): LiveLine {
  const { line, read, above = async () => [], now = () => performance.now() } = options
  let before: Sum | undefined
  let reading: Promise<void> | undefined
  let isOutdated = false
  let isPaused = false

  async function readAll(): Promise<void> {
    const at = now()
    const totals = await read()
    // What changed while the totals were read is shown too.
    const lines = await above()
    // The values may be older than the last call of `refresh`, which reads them again.
    if (isPaused || isOutdated) return
    const sum = sumOf(totals, at)
    line.show([...lines, format(sum, before ?? sum)].join('\n'))
    before = sum
  }

  async function readUntilCurrent(): Promise<void> {
    do {
      isOutdated = false
      // A worker may be too busy to answer.
      await readAll().catch(() => {})
      // oxlint-disable-next-line no-unmodified-loop-condition -- `pause` changes it
    } while (isOutdated && !isPaused)
    reading = undefined
  }

  async function refresh(): Promise<void> {
    if (isPaused) return
    isOutdated = reading !== undefined
    await (reading ??= readUntilCurrent())
  }

  function refreshUnlessReading(): void {
    if (!reading) void refresh()
  }

  void refresh()
  const timer = setInterval(refreshUnlessReading, EVERY_MS)
  timer.unref()
  return {
    refresh,
    pause() {
      if (isPaused) return
      isPaused = true
      line.end()
    },
    resume() {
      isPaused = false
      void refresh()
    },
    stop() {
      clearInterval(timer)
      line.end()
    },
  }
}
