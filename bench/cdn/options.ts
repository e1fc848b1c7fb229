import { parseArgs } from 'node:util'
import { fail } from '../../scripts/fail.ts'
import type { CacheKind } from './caches.ts'

export const HELP = `Usage: pnpm bench:cdn [options]

  --viewers N     number of viewers in each run (default: 10000)
  --rate R        messages per second (default: 4)
  --size S        bytes per message (default: 1024)
  --seconds T     duration of each run in seconds (default: 60)
  --cache NAME    nginx, varnish, or none: long polling without a cache (default: nginx and varnish)
  --no-sockets    leave out the run with WebSockets
  --json          print the figures as JSON, one line for each run
  --help          print this help`

/** How the viewers of a run reach the relay. */
export type Way = CacheKind | 'none' | 'sockets'

export interface BenchOptions {
  viewers: number
  rate: number
  size: number
  seconds: number
  ways: Way[]
  isJson: boolean
}

const CACHES: Record<string, Way[]> = {
  nginx: ['nginx'],
  varnish: ['varnish'],
  none: ['none'],
  all: ['nginx', 'varnish'],
}

function readNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  fail(`--${name} must be a number from ${least} to ${most}, not ${JSON.stringify(text)}.`)
}

function readArgs(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        viewers: { type: 'string', default: '10000' },
        rate: { type: 'string', default: '4' },
        size: { type: 'string', default: '1024' },
        seconds: { type: 'string', default: '60' },
        cache: { type: 'string', default: 'all' },
        'no-sockets': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    fail(`${(error as Error).message.split('. ')[0]}. See --help.`)
  }
}

/** Reads the options; ends the command with one line if one is invalid. Returns `undefined` for `--help`. */
export function readBenchOptions(args: string[]): BenchOptions | undefined {
  const values = readArgs(args)
  if (values.help) return undefined
  const caches = CACHES[values.cache]
  if (!caches) fail(`--cache must be nginx, varnish or none, not ${JSON.stringify(values.cache)}.`)
  return {
    viewers: Math.round(readNumber('viewers', values.viewers, 1, 50_000)),
    rate: readNumber('rate', values.rate, 0.1, 100),
    size: Math.round(readNumber('size', values.size, 256, 60_000)),
    seconds: readNumber('seconds', values.seconds, 1, 3600),
    ways: values['no-sockets'] ? caches : [...caches, 'sockets'],
    isJson: values.json,
  }
}
