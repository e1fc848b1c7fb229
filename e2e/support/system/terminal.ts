import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { expect } from 'vitest'
import { screenOf } from './screen-of.ts'

export interface TerminalOptions {
  /** A command for the shell. */
  command: string
  /** All environment variables. @default `PATH` of this process, in addition */
  env: Record<string, string>
  /** @default 24 */
  rows?: number
  /** @default 80 */
  columns?: number
}

/** A program in a terminal of its own. */
export interface Terminal {
  child: ChildProcess
  /** What the terminal shows now, without blanks at the end of rows. */
  rowsNow: () => string[]
  shown: () => string
  /** Everything that the program has written. */
  output: () => string
  press: (keys: string) => void
  /** Waits until the terminal shows a text. */
  shows: (text: string | RegExp) => Promise<void>
  /** Closes the terminal, which ends the program. */
  close: () => Promise<void>
}

/** Quotes words for a shell. */
export const quoted = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')

/** Starts a command in a new terminal with util-linux's `script`. */
export function openTerminal(options: TerminalOptions): Terminal {
  const { command, env, rows = 24, columns = 80 } = options
  const { PATH = '' } = process.env
  const child = spawn(
    'script',
    ['-qfec', `stty rows ${rows} cols ${columns}; ${command}`, '/dev/null'],
    {
      env: { PATH, TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
    },
  )
  let text = ''
  // A character may be split between two chunks.
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (data) => (text += String(data)))
  const rowsNow = (): string[] => screenOf(text, { rows, columns })
  const shown = (): string => rowsNow().join('\n')
  return {
    child,
    rowsNow,
    shown,
    output: () => text,
    press: (keys) => void child.stdin.write(keys),
    shows: (expected) => expect.poll(shown, { timeout: 30_000 }).toMatch(expected),
    async close() {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined
      child.kill('SIGTERM')
      await ended
    },
  }
}
