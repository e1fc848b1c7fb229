import { setup as buildCommand } from '../../server/test/built-command.ts'
import { buildPages } from './pages/page-builds.ts'

/** Vitest runs this once, before the first browser test. */
export async function setup(): Promise<void> {
  buildCommand()
  await buildPages()
}
