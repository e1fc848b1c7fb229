import { execFileSync } from 'node:child_process'
import process from 'node:process'

export interface MissingTexts {
  /** Says what is missing, and how to get it. */
  missing: string
  /** Says which tests are skipped. */
  skipped: string
}

/**
 * Whether a program of a test can be run. Without it, a message says so.
 *
 * @throws Error in CI, where a missing program is an error
 */
export function hasProgram(
  path: string,
  args: string[],
  { missing, skipped }: MissingTexts,
): boolean {
  try {
    execFileSync(path, args, { stdio: 'ignore' })
    return true
  } catch {
    if (process.env['CI']) throw new Error(missing)
    process.stdout.write(`${missing} ${skipped}\n`)
    return false
  }
}
