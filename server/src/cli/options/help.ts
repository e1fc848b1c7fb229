import { type Flag, FLAG_GROUPS } from './flags.ts'
import { CONFORMANCE_FLAGS } from './conformance-flags.ts'
import { RECORDING_FLAGS } from './recording-flags.ts'
import { wrap } from '../screen/text-columns.ts'

const WIDTH = 100

function formatGroup([title, flags]: [string, Record<string, Flag>]): string[] {
  const rows = Object.entries(flags).map(([name, { type, env, help }]) => ({
    flag: `  --${name}${type === 'string' ? ' VALUE' : ''}`,
    env,
    help,
  }))
  const flagWidth = Math.max(...rows.map(({ flag }) => flag.length)) + 2
  const envWidth = Math.max(...rows.map(({ env }) => env.length)) + 2
  const indent = flagWidth + envWidth
  return [
    '',
    `${title}:`,
    ...rows.map(
      ({ flag, env, help }) =>
        flag.padEnd(flagWidth) +
        env.padEnd(envWidth) +
        wrap(help, WIDTH - indent).join(`\n${' '.repeat(indent)}`),
    ),
  ]
}

/** What `--help` prints, at most 100 columns wide. */
export function helpText(): string {
  return [
    'Usage: npx @vue-sync/server [options]',
    '       npx @vue-sync/server record LINK [options]',
    '       npx @vue-sync/server replay FILE [options]',
    '       npx @vue-sync/server conformance ADDRESS [options]',
    '',
    'Each option can also be set by the environment variable beside it; a flag wins over its variable.',
    'Defaults are in parentheses.',
    ...Object.entries(FLAG_GROUPS).flatMap(formatGroup),
    ...formatGroup(['record: write what viewers receive to a file', RECORDING_FLAGS.record]),
    ...formatGroup(['replay: play such a file', RECORDING_FLAGS.replay]),
    ...formatGroup([
      'conformance: test a relay, a viewer or a host against the protocol',
      CONFORMANCE_FLAGS,
    ]),
  ].join('\n')
}
