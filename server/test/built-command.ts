import { join } from 'node:path'
import process from 'node:process'
import { ensureServer, ROOT } from '../../scripts/builds.ts'

type Command = readonly [program: string, script: string]

/**
 * The command as it is published. It keeps generated keys in the home folder of the person who runs the tests, so it is
 * only for tests of that folder, which run it as another user.
 */
export const PUBLISHED_COMMAND: Command = [process.execPath, join(ROOT, 'server/dist/cli/cli.js')]

/**
 * The same, with a temporary folder for keys unless the environment has one. It starts in half the CPU time of the
 * TypeScript sources, and the tests start it hundreds of times.
 */
export const COMMAND: Command = [process.execPath, join(ROOT, 'server/test/command-main.js')]

/** Vitest runs this once, before the first test of a project that starts the command. */
export function setup(): void {
  ensureServer()
}
