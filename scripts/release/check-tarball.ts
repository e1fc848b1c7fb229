import { join } from 'node:path'
import { ROOT } from '../builds.ts'
import { run } from '../commands.ts'
import type { Tarball } from './pack.ts'

/** Files that every published package carries. */
const REQUIRED = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']

const bin = (name: string): string => join(ROOT, 'node_modules/.bin', name)

/** Checks a tarball for its required files and with publint and attw. @throws Error when a check fails */
export function checkTarball({ name, path, files }: Tarball): void {
  const missing = REQUIRED.filter((file) => !files.includes(file))
  if (missing.length > 0) throw new Error(`${name} is packed without ${missing.join(', ')}.`)
  run([bin('publint')], ['run', path, '--strict'])
  run([bin('attw')], [path, '--profile', 'esm-only'])
}
