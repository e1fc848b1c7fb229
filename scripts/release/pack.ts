import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../builds.ts'
import { pnpmCommand, read } from '../commands.ts'
import { PUBLISHED } from './published.ts'

export const TARBALLS_DIR = join(ROOT, 'artifacts/packages')

/** One packed package. */
export interface Tarball {
  name: string
  version: string
  /** Absolute path of the `.tgz` file. */
  path: string
  /** Packed size in bytes. */
  size: number
  /** Paths inside the package, without the leading `package/`. */
  files: string[]
}

/** What `pnpm pack --json` prints. */
interface PackReport {
  name: string
  version: string
  filename: string
  size: number
  files: { path: string }[]
}

/** Packs one package, which must be built, into `dir`. @throws Error when it cannot be packed */
export async function pack(folder: string, dir: string): Promise<Tarball> {
  const output = await read(pnpmCommand(), ['pack', '--json', '--pack-destination', dir], {
    cwd: join(ROOT, folder),
  })
  const { filename, files, ...rest } = JSON.parse(output) as PackReport
  return { ...rest, path: filename, files: files.map(({ path }) => path) }
}

/**
 * Packs the published packages, which must be built, as a release does.
 *
 * @returns the tarballs in the order of publishing
 * @throws Error when a package cannot be packed
 */
export async function packAll(dir: string): Promise<Tarball[]> {
  mkdirSync(dir, { recursive: true })
  return Promise.all(PUBLISHED.map((folder) => pack(folder, dir)))
}

/** Tarball file names and sizes, one per line. */
export function listTarballs(tarballs: readonly Tarball[]): string {
  return tarballs
    .map(({ path, size }) => `  ${path}  ${Math.round(size / 1024).toLocaleString('en')} KiB`)
    .join('\n')
}
