import process from 'node:process'
import { parseArgs } from 'node:util'
import { isSessionName, parseLink, type SyncAddress } from '@vue-sync/vue/protocol'
import { fail } from '../fail.ts'

export const HELP = `Usage: pnpm loadtest [options]

  --viewers N       number of viewers (default: 1000)
  --rate R          updates per second (default: 10)
  --size S          bytes per update (default: 1024)
  --seconds T       duration in seconds (default: 20)
  --reconnect       cut off all viewers halfway and let them reconnect
  --url URL         ws:// or wss:// address of a running relay (default: start one on this machine)
  --allow-remote    allow a --url that is not on this machine
  --host-key K      host key of that relay (default: VUE_SYNC_HOST_KEY)
  --viewer-key K    viewer key of that relay (default: VUE_SYNC_VIEWER_KEY)
  --session NAME    session to publish to (default: loadtest)
  --help            print this help`

/** Differs from the default session, because the load test replaces the session's current host. */
const SESSION = 'loadtest'

export interface LoadOptions {
  viewers: number
  rate: number
  size: number
  seconds: number
  reconnect: boolean
  session: string
  hostKey: string | undefined
  viewerKey: string | undefined
  /** Scheme and host of a running relay; `undefined` starts a new one. */
  origin: string | undefined
}

const FLAGS = {
  viewers: { type: 'string', default: '1000' },
  rate: { type: 'string', default: '10' },
  size: { type: 'string', default: '1024' },
  seconds: { type: 'string', default: '20' },
  reconnect: { type: 'boolean', default: false },
  url: { type: 'string' },
  'allow-remote': { type: 'boolean', default: false },
  'host-key': { type: 'string' },
  'viewer-key': { type: 'string' },
  session: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

function readArgs(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS }).values
  } catch (error) {
    fail(`${(error as Error).message.split('. ')[0]}. See --help.`)
  }
}

function readWhole(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  fail(`--${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}.`)
}

function readRate(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value > 0 && value <= 1000) return value
  fail(`--rate must be a number above 0 and up to 1000, not ${JSON.stringify(text)}.`)
}

/** Judges the name only, so that a refused address causes no DNS query. */
const isLoopback = ({ relay }: SyncAddress): boolean =>
  /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(relay).hostname)

function readAddress(url: string, isRemoteAllowed: boolean): SyncAddress {
  const address = parseLink(url)
  if (!address)
    fail(`--url must be an address like ws://127.0.0.1:9876, not ${JSON.stringify(url)}.`)
  if (!isRemoteAllowed && !isLoopback(address))
    fail(
      `--url ${address.relay} is not on this machine. If you may load that relay, add --allow-remote.`,
    )
  return address
}

/** Reads the options; ends the command with one line if one is invalid. Returns `undefined` for `--help`. */
export function readLoadOptions(args: string[]): LoadOptions | undefined {
  const values = readArgs(args)
  if (values.help) return undefined
  const numbers = {
    viewers: readWhole('viewers', values.viewers, 1, 50_000),
    rate: readRate(values.rate),
    size: readWhole('size', values.size, 256, 16_000_000),
    seconds: readWhole('seconds', values.seconds, 1, 3600),
  }
  const address =
    values.url === undefined ? undefined : readAddress(values.url, values['allow-remote'])
  const session = values.session ?? SESSION
  if (!isSessionName(session))
    fail(
      `--session must be 1–64 letters, digits, "-", "_", "." or "~", and start with a letter or digit, not ${JSON.stringify(session)}.`,
    )
  return {
    ...numbers,
    reconnect: values.reconnect,
    session,
    origin: address?.relay,
    hostKey: values['host-key'] ?? (address && process.env['VUE_SYNC_HOST_KEY']),
    viewerKey:
      values['viewer-key'] ?? address?.key ?? (address && process.env['VUE_SYNC_VIEWER_KEY']),
  }
}
