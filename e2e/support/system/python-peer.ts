import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { toolPath } from './tools.ts'

const DIRECTORY = fileURLToPath(new URL('../../../examples/python/', import.meta.url))

/** A program of `examples/python`. */
export interface PythonPeer {
  /** The lines that it has printed. */
  readonly lines: string[]
  /** What it has written to stderr. */
  readonly errors: string[]
  send: (line: string) => void
  /** Resolves with its exit code. */
  whenEnded: Promise<number | null>
  stop: () => Promise<void>
}

export function startPython(file: string, ...args: string[]): PythonPeer {
  const child: ChildProcessWithoutNullStreams = spawn(
    toolPath('python'),
    // Without writing compiled files into the repository.
    ['-B', file, ...args],
    { cwd: DIRECTORY, env: { ...process.env, PYTHONUTF8: '1' } },
  )
  const lines: string[] = []
  const errors: string[] = []
  createInterface(child.stdout).on('line', (line) => void lines.push(line))
  createInterface(child.stderr).on('line', (line) => void errors.push(line))
  const whenEnded = new Promise<number | null>((resolve) => child.on('close', resolve))
  return {
    lines,
    errors,
    send: (line) => void child.stdin.write(`${line}\n`),
    whenEnded,
    async stop() {
      child.kill('SIGKILL')
      await whenEnded
    },
  }
}
