import type { CliRequest } from './cli-options.ts'
import type { LiveLine } from './bottom-line.ts'
import type { Totals } from '../core/totals.ts'

export interface LiveOptions {
  line: LiveLine
  /** What each process of the relay says of itself. What rejects is asked for again. */
  read: () => Promise<Totals[]>
  /** Milliseconds; only their differences count. @default performance.now */
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

/** Whether who started the relay looks at it, and is told all that there is. */
export function wantsLive(
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
  const add = (of: 'viewers' | 'messages' | 'bytes'): number =>
    all.reduce((sum, totals) => sum + totals[of], 0)
  return {
    at,
    // One that is open in several processes is one.
    sessions: new Set(all.flatMap(({ sessions }) => sessions)).size,
    viewers: add('viewers'),
    messages: add('messages'),
    bytes: add('bytes'),
  }
}

function format(now: Sum, before: Sum): string {
  // Less than before: a process began anew.
  const rate = (of: 'messages' | 'bytes'): number =>
    Math.round((Math.max(0, now[of] - before[of]) / (now.at - before.at)) * 1000) || 0
  return [
    `  ${count(now.viewers, 'viewer')}`,
    count(now.sessions, 'session'),
    `out: ${count(rate('messages'), 'message')}/s`,
    `${formatBytes(rate('bytes'))}/s`,
  ].join(' · ')
}

/** Shows each second what goes on. Gives how to stop. */
export function startLive({ line, read, now = () => performance.now() }: LiveOptions): () => void {
  let before: Sum | undefined
  let isReading = false

  async function look(): Promise<void> {
    if (isReading) return
    isReading = true
    const at = now()
    try {
      const sum = sumOf(await read(), at)
      line.show(format(sum, before ?? sum))
      before = sum
    } catch {
      // Some process is busy: what is shown is what was.
    }
    isReading = false
  }

  void look()
  const timer = setInterval(() => void look(), EVERY_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    line.end()
  }
}
