import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inMountNamespace, toolPath } from '../system/tools.ts'

const run = promisify(execFile)

/** Fills a certificate store of Chromium or Firefox, which is a directory, with one CA. */
export async function trustInStore(dir: string, caPath: string): Promise<void> {
  await mkdir(dir, { recursive: true })
  const certutil = toolPath('certutil')
  await run(certutil, ['-N', '-d', `sql:${dir}`, '--empty-password'])
  const named = ['-n', 'vue-sync test CA', '-i', caPath]
  await run(certutil, ['-A', '-d', `sql:${dir}`, '-t', 'C,,', ...named])
}

/** Where GnuTLS reads on Debian whom to trust; WebKitGTK has no store of its own. */
const SYSTEM_BUNDLE = '/etc/ssl/certs/ca-certificates.crt'

/**
 * What to put before a command so that it, and all it starts, trusts one more CA: in a mount namespace of
 * its own the system's bundle is another file. The machine's own stays as it is, and nothing is left.
 */
export async function trustInNamespace(dir: string, caPath: string): Promise<string[]> {
  const bundle = join(dir, 'ca-certificates.crt')
  const system = await readFile(SYSTEM_BUNDLE, 'utf8')
  await writeFile(bundle, `${system}\n${await readFile(caPath, 'utf8')}`)
  const script = 'mount --bind "$0" "$1" && shift && exec "$@"'
  return [...inMountNamespace(), 'sh', '-c', script, bundle, SYSTEM_BUNDLE]
}
