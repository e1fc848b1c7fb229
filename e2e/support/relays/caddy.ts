import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect } from 'vitest'
import { hasProgram } from '../system/has-program.ts'

const CADDY = process.env['VUE_SYNC_CADDY'] ?? 'caddy'

/** Without Caddy, its tests are skipped with a message. In CI, a missing Caddy is an error. */
export const hasCaddy = hasProgram(CADDY, ['version'], {
  missing: '[vue-sync] No caddy: install it, or set VUE_SYNC_CADDY to its path.',
  skipped: 'The tests behind a proxy are skipped.',
})

export interface CaddyOptions {
  /** Name of a file in docs/deploy. */
  file: string
  /** Environment variables that the file uses. */
  env: Record<string, string>
  /** Edits the text of the file. @default no change */
  edit?: (site: string) => string
}

export interface Caddy {
  stop: () => Promise<void>
}

/** Starts Caddy with a documented Caddyfile. */
export async function startCaddy({
  file,
  env,
  edit = (site) => site,
}: CaddyOptions): Promise<Caddy> {
  const path = new URL(`../../../docs/deploy/${file}`, import.meta.url)
  return startCaddyWith(edit(await readFile(path, 'utf8')), env)
}

/** Starts Caddy with sites. Extra options keep it off port 80 and out of the user's folders. */
export async function startCaddyWith(
  sites: string,
  env: Record<string, string> = {},
): Promise<Caddy> {
  const dir = await mkdtemp(join(tmpdir(), 'vue-sync-caddy-'))
  const options = `{
	admin off
	auto_https disable_redirects
	default_bind 127.0.0.1
	storage file_system ${join(dir, 'storage')}
}
`
  const config = join(dir, 'Caddyfile')
  await writeFile(config, options + sites)
  const child = spawn(CADDY, ['run', '--config', config, '--adapter', 'caddyfile'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: dir, ...env },
  })
  let output = ''
  child.stderr.on('data', (data) => (output += String(data)))
  await expect
    .poll(() => (child.exitCode === null ? output : `ended: ${output}`))
    .toContain('serving initial configuration')
  return {
    async stop() {
      if (child.exitCode === null) {
        child.kill()
        await once(child, 'exit')
      }
      await rm(dir, { recursive: true })
    },
  }
}

/** Validates a file of docs/deploy without changes. Returns Caddy's output. @throws Error if Caddy rejects the file */
export function validate(file: string, env: Record<string, string>): string {
  const path = new URL(`../../../docs/deploy/${file}`, import.meta.url).pathname
  const args = ['validate', '--config', path, '--adapter', 'caddyfile']
  return execFileSync(CADDY, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: tmpdir(), ...env },
  })
}
