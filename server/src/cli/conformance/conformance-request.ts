import { parseLink } from '@vue-sync/vue/protocol'
import { UsageError } from '../../core/usage-error.ts'
import { CONFORMANCE_FLAGS } from '../options/conformance-flags.ts'
import { parseFlags } from '../options/parse-flags.ts'
import { readDuration } from '../options/read-duration.ts'
import { readKey } from '../options/read-key.ts'

/** What to test. */
export type Tested =
  | {
      kind: 'relay'
      urls: string[]
      hostKey: string | undefined
      viewerKey: string | undefined
    }
  | { kind: 'viewer' | 'host'; command: string }

export interface ConformanceRequest {
  /** `undefined` only lists the requirements. */
  tested: Tested | undefined
  only: string[] | undefined
  /** Milliseconds. */
  patience: number | undefined
  json: boolean
}

const HOW =
  'Give the address of a relay, --viewer COMMAND or --host COMMAND: npx @vue-sync/server conformance ws://192.168.1.5:9876. See --help.'

function readRelay(text: string) {
  const address = parseLink(text)
  // The text may contain a key.
  if (!address)
    throw new UsageError(
      'The address must be a link for viewers, or an address such as ws://192.168.1.5:9876.',
    )
  return address
}

/** @throws UsageError in one line, without the keys */
export function readConformanceRequest(
  args: string[],
  env: NodeJS.ProcessEnv,
  warn: (text: string) => void,
): ConformanceRequest {
  const { values, positionals } = parseFlags(args, {
    allowPositionals: true,
    options: CONFORMANCE_FLAGS,
  })
  const { viewer, host, only, timeout, json = false, list = false } = values
  const chosen = [positionals.length > 0, viewer !== undefined, host !== undefined]
  if (chosen.filter(Boolean).length !== 1 && !list) throw new UsageError(HOW)
  const addresses = positionals.map(readRelay)
  const command = viewer ?? host
  if (command?.trim() === '')
    throw new UsageError(`--${viewer === undefined ? 'host' : 'viewer'} must be a command.`)
  const tested = ((): Tested | undefined => {
    if (list) return undefined
    if (command !== undefined) return { kind: viewer === undefined ? 'host' : 'viewer', command }
    return {
      kind: 'relay',
      urls: addresses.map(({ relay }) => relay),
      hostKey: readKey('host', values, env, warn),
      viewerKey: addresses[0]?.key ?? readKey('viewer', values, env, warn),
    }
  })()
  return {
    tested,
    only: only?.split(',').map((name) => name.trim()),
    patience: timeout === undefined ? undefined : readDuration('--timeout', timeout),
    json,
  }
}
