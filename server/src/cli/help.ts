import { type Flag, FLAG_GROUPS } from './flags.ts'

const WIDTH = 100

/** Breaks a text into lines of at most `width` characters, between words. */
function wrap(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}

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
    '',
    'Each option can also be set by the environment variable beside it; a flag wins over its variable.',
    'Defaults are in parentheses.',
    ...Object.entries(FLAG_GROUPS).flatMap(formatGroup),
  ].join('\n')
}
