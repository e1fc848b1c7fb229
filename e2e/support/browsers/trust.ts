import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inMountNamespace, toolPath } from '../system/tools.ts'

const run = promisify(execFile)

/** Creates a certificate store of Chromium or Firefox in the directory `dir` and adds one CA to it. */
export async function trustInStore(dir: string, caPath: string): Promise<void> {
  await mkdir(dir, { recursive: true })
  const certutil = toolPath('certutil')
  await run(certutil, ['-N', '-d', `sql:${dir}`, '--empty-password'])
  const named = ['-n', 'vue-sync test CA', '-i', caPath]
  await run(certutil, ['-A', '-d', `sql:${dir}`, '-t', 'C,,', ...named])
}

/** GnuTLS on Debian reads trusted CAs from this file. WebKitGTK has no store of its own. */
const SYSTEM_BUNDLE = '/etc/ssl/certs/ca-certificates.crt'

/**
 * Returns a command prefix with which a program and its children trust one more CA. In their mount namespace,
 * another file replaces the system's bundle. The bundle of the machine does not change.
 */
export async function trustInNamespace(dir: string, caPath: string): Promise<string[]> {
  const bundle = join(dir, 'ca-certificates.crt')
  const system = await readFile(SYSTEM_BUNDLE, 'utf8')
  await writeFile(bundle, `${system}\n${await readFile(caPath, 'utf8')}`)
  const script = 'mount --bind "$0" "$1" && shift && exec "$@"'
  return [...inMountNamespace(), 'sh', '-c', script, bundle, SYSTEM_BUNDLE]
}
