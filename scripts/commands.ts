import { execFile, spawnSync } from 'node:child_process'
import { basename } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { ROOT } from './builds.ts'

const execute = promisify(execFile)

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
  const { status } = spawnSync(program, [...first, ...args], { cwd, stdio: 'inherit' })
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
  try {
    const options = { cwd, env, maxBuffer: 2 ** 26 }
    const { stdout } = await execute(program, [...first, ...args], options)
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${basename(program)} ${args.join(' ')} failed:\n${stdout}${stderr}`, {
      cause: error,
    })
  }
}
