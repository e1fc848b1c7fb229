import { join } from 'node:path'
import process from 'node:process'
import { ensureServer, ROOT } from '../../scripts/builds.ts'

/**
 * The command as it is published. It starts in half the CPU time of the TypeScript sources, and the tests start it
 * hundreds of times.
 */
export const COMMAND: readonly [program: string, script: string] = [
  process.execPath,
  join(ROOT, 'server/dist/cli/cli.js'),
]

/** Vitest runs this once, before the first test of a project that starts the command. */
export function setup(): void {
  ensureServer()
}
