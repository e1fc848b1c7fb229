import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect } from 'vitest'
import { hasProgram } from '../system/has-program.ts'

const NGINX = process.env['VUE_SYNC_NGINX'] ?? 'nginx'

/** Without nginx, its tests are skipped with a message. In CI, a missing nginx is an error. */
export const hasNginx = hasProgram(NGINX, ['-v'], {
  missing: '[vue-sync] No nginx: install it, or set VUE_SYNC_NGINX to its path.',
  skipped: 'Its tests are skipped.',
})

export interface Nginx {
  stop: () => Promise<void>
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })

/** Starts nginx with one server on loopback. Nothing is written outside of a temporary folder. */
export const startNginx = (port: number, locations: string): Promise<Nginx> =>
  startNginxWith(port, () => `server {\nlisten 127.0.0.1:${port};\n${locations}\n}`)

/**
 * Starts nginx with everything that belongs into its `http` block.
 *
 * @param http gives the block, which must listen on the port; `dir` is a temporary folder
 */
export async function startNginxWith(port: number, http: (dir: string) => string): Promise<Nginx> {
  const dir = await mkdtemp(join(tmpdir(), 'vue-sync-nginx-'))
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const config = `daemon off;
master_process off;
pid ${join(dir, 'pid')};
error_log stderr warn;
events {}
http {
${kinds.map((kind) => `${kind}_temp_path ${join(dir, kind)};`).join('\n')}
access_log off;
${http(dir)}
}
`
  await writeFile(join(dir, 'nginx.conf'), config)
  const child = spawn(NGINX, ['-p', dir, '-c', join(dir, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr.on('data', (data) => (output += String(data)))
  await expect
    .poll(async () => (child.exitCode === null ? answers(port) : `ended: ${output}`))
    .toBe(true)
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
