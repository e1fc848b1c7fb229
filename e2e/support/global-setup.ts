import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildPages } from './pages/page-builds.ts'
import { start } from './system/processes.ts'

const CLI = fileURLToPath(new URL('../../server/src/cli/cli.ts', import.meta.url))

/** Fills Node's compile cache, which Node writes only when a process exits by itself. Tests kill their relays. */
async function compileRelay(): Promise<void> {
  const args = ['--conditions=@vue-sync/source', CLI, '--port', '0', '--host', '127.0.0.1']
  const { child } = start(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  await Promise.race([once(child.stdout!, 'data'), ended])
  child.kill('SIGTERM')
  await ended
}

/** Vitest runs this once, before the first browser test. */
export async function setup(): Promise<void> {
  await Promise.all([buildPages(), compileRelay()])
}
