import { once } from 'node:events'
import { basename } from 'node:path'
import process from 'node:process'
// On Windows, npm and the programs of packages are scripts, which Node starts only through a shell.
import spawn from 'cross-spawn'
import { ROOT } from './builds.ts'

/** A program with its first arguments. */
export type Command = readonly [program: string, ...args: string[]]

/**
 * The pnpm that runs this script.
 *
 * @throws Error when the script was not started by pnpm
 */
export function pnpmCommand(): Command {
  const path = process.env['npm_execpath']
  if (!path || !basename(path).startsWith('pnpm'))
    throw new Error('Run this through pnpm, for example: npx -y pnpm@12 pack:all')
  return /\.[cm]?js$/.test(path) ? [process.execPath, path] : [path]
}

/** Runs a command in the terminal of this one. @throws Error when it fails */
export function run([program, ...first]: Command, args: string[], cwd = ROOT): void {
  const { status } = spawn.sync(program, [...first, ...args], { cwd, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${basename(program)} ${args.join(' ')} failed.`)
}

export interface ReadOptions {
  /** @default the repository */
  cwd?: string
  /** @default the environment of this process */
  env?: NodeJS.ProcessEnv
}

/** Runs a command and returns its standard output. @throws Error with all its output when it fails */
export async function read(
  [program, ...first]: Command,
  args: string[],
  { cwd = ROOT, env = process.env }: ReadOptions = {},
): Promise<string> {
  const child = spawn(program, [...first, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => (output[name] += text))
  const failed = (reason: string, cause?: unknown): Error =>
    new Error(`${basename(program)} ${args.join(' ')} failed:\n${reason}`, { cause })
  const [code] = await once(child, 'close').catch((error: Error) => {
    throw failed(error.message, error)
  })
  if (code !== 0) throw failed(output.stdout + output.stderr)
  return output.stdout
}
