import { parseLink, type SyncAddress } from '@vue-sync/vue/protocol'
import { RECORDING_LIMITS } from '@vue-sync/vue/recording'
import { UsageError } from '../../core/usage-error.ts'
import { FLAGS } from '../options/flags.ts'
import { parseFlags } from '../options/parse-flags.ts'
import { readDuration } from '../options/read-duration.ts'
import { readKey } from '../options/read-key.ts'
import { RECORDING_FLAGS } from '../options/recording-flags.ts'

type Env = NodeJS.ProcessEnv

export interface RecordRequest {
  address: SyncAddress
  /** `-` is stdout. */
  output: string
  /** Milliseconds; `undefined` records until Ctrl+C. */
  duration: number | undefined
  /** Bytes. */
  mostBytes: number
}

export interface ReplayRequest {
  file: string
  /** `Infinity` does not wait. */
  speed: number
  loop: boolean
  /** A running relay, with the host key; `undefined` starts one. */
  to: SyncAddress | undefined
  /** The other arguments, which are for the relay. */
  relayArgs: string[]
}

function readSpeed(text: string): number {
  const speed = text === 'max' ? Infinity : Number(text)
  if (!(speed > 0) || (text !== 'max' && !Number.isFinite(speed)))
    throw new UsageError(`--speed must be a number above 0, or max, not ${JSON.stringify(text)}.`)
  return speed
}

function readSize(text: string): number {
  if (!/^[1-9]\d*$/.test(text))
    throw new UsageError(`--max-size must be a number of bytes, not ${JSON.stringify(text)}.`)
  const size = Number(text)
  if (size > RECORDING_LIMITS.mostCharacters)
    throw new UsageError(
      `--max-size must be at most ${RECORDING_LIMITS.mostCharacters}, because replay reads no larger file.`,
    )
  return size
}

type Values = Record<string, string | boolean | undefined>

function readAddress(text: string, name: string): SyncAddress {
  const address = parseLink(text)
  // The text may contain a key.
  if (!address)
    throw new UsageError(
      `${name} must be a link for viewers, or an address such as ws://192.168.1.5:9876/s/NAME.`,
    )
  return address
}

const fileName = (session: string, time: number): string =>
  `${session}-${new Date(time).toISOString().slice(0, 19).replaceAll(':', '-')}.ndjson`

/** @throws UsageError in one line, without the key */
export function readRecordRequest(
  args: string[],
  env: Env,
  warn: (text: string) => void,
): RecordRequest {
  const { record } = RECORDING_FLAGS
  const { values, positionals } = parseFlags(args, {
    allowPositionals: true,
    options: { ...record, output: { type: 'string', short: 'o' } },
  })
  const [link] = positionals
  if (link === undefined || positionals.length > 1)
    throw new UsageError('record needs one link: npx @vue-sync/server record LINK. See --help.')
  const address = readAddress(link, 'The link')
  const given = values as Values
  const key = address.key ?? readKey('viewer', given, env, warn)
  const duration = given['for']
  return {
    address: { ...address, ...(key !== undefined && { key }) },
    output: String(given['output'] ?? fileName(address.session, Date.now())),
    duration: duration === undefined ? undefined : readDuration('--for', String(duration)),
    mostBytes:
      given['max-size'] === undefined
        ? RECORDING_LIMITS.mostCharacters
        : readSize(String(given['max-size'])),
  }
}

/** @throws UsageError in one line, without the key */
export function readReplayRequest(
  args: string[],
  env: Env,
  warn: (text: string) => void,
): ReplayRequest {
  const { replay } = RECORDING_FLAGS
  const { values, positionals, tokens } = parseFlags(args, {
    allowPositionals: true,
    tokens: true,
    options: { ...FLAGS, ...replay },
  })
  const [file] = positionals
  if (file === undefined || positionals.length > 1)
    throw new UsageError('replay needs one file: npx @vue-sync/server replay FILE. See --help.')
  const given = values as Values
  const to = given['to']
  const relayArgs: string[] = []
  for (const token of tokens) {
    if (token.kind !== 'option' || token.name in replay) continue
    relayArgs.push(token.value === undefined ? token.rawName : `${token.rawName}=${token.value}`)
    const isForRelay = to !== undefined && !token.name.startsWith('host-key')
    if (isForRelay)
      throw new UsageError(`${token.rawName} is for a new relay, and --to names a running one.`)
  }
  const target = to === undefined ? undefined : readAddress(String(to), '--to')
  // The key in a link for viewers does not open publishing.
  const key = target && readKey('host', given, env, warn)
  if (target && key === undefined)
    throw new UsageError('--to needs the host key of that relay: give it with --host-key-file.')
  return {
    file,
    speed: given['speed'] === undefined ? 1 : readSpeed(String(given['speed'])),
    loop: given['loop'] === true,
    to: target && { ...target, key },
    relayArgs,
  }
}
