import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { read } from '../commands.ts'
import { fail } from '../fail.ts'
import { pack } from './pack.ts'

/**
 * Measures what `npx @vue-sync/server` installs on a machine that has nothing of ours: packs the server, installs
 * the tarball into an empty folder with npm, and starts the installed command. Run `pnpm build` first.
 */
const MAX_PACKAGES = 45
const MAX_MB = 15
const UNWANTED = /^(?:vue|pinia|@vue\/.*|@babel\/.*)$/
const BLOCK = 512

/** Bytes on disk, as `du` counts them. */
function sizeOf(path: string): number {
  const info = lstatSync(path)
  const own = info.blocks * BLOCK
  if (!info.isDirectory()) return own
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), own)
}

/** The folders of all installed packages, by the paths in npm's own lock file. */
function installed(dir: string): { name: string; bytes: number }[] {
  const lock = readFileSync(join(dir, 'node_modules/.package-lock.json'), 'utf8')
  const { packages } = JSON.parse(lock) as { packages: Record<string, unknown> }
  return Object.keys(packages).map((path) => ({
    name: path.split('node_modules/').at(-1)!,
    bytes: sizeOf(join(dir, path)),
  }))
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)

const dir = mkdtempSync(join(tmpdir(), 'vue-sync-size-'))
// `fail` ends the process, which skips a `finally`.
process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
const tarball = await pack('server', dir)
writeFileSync(join(dir, 'package.json'), '{ "private": true }')
await read(['npm'], ['install', '--no-audit', '--no-fund', tarball.path], { cwd: dir })

const packages = installed(dir)
const total = sizeOf(join(dir, 'node_modules'))
console.log(`${packages.length} packages, ${megabytes(total)} MB`)
for (const { name, bytes } of packages.toSorted((a, b) => b.bytes - a.bytes).slice(0, 5))
  console.log(`  ${megabytes(bytes).padStart(5)} MB  ${name}`)

const unwanted = packages.filter(({ name }) => UNWANTED.test(name))
if (unwanted.length > 0)
  fail(`The server must not install ${unwanted.map(({ name }) => name).join(', ')}.`)
if (packages.length > MAX_PACKAGES) fail(`More than ${MAX_PACKAGES} packages.`)
if (total > MAX_MB * 2 ** 20) fail(`More than ${MAX_MB} MB.`)
const version = await read([join(dir, 'node_modules/.bin/vue-sync')], ['--version'], { cwd: dir })
console.log(`vue-sync --version prints ${version.trim()}`)
